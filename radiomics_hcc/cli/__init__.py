"""The command line `rhcc`: each verb reads its words and calls what does the work.

Verbs import what they need when they run, so that `rhcc --help` answers at once.
"""

from radiomics_hcc.cli.app import main as main
