"""Radiomics and treatment response of hepatocellular carcinoma."""

__version__ = "0.1.0"
