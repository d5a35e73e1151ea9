"""The words of the field: plain, frozen values that every other part of the package speaks."""
