"""How far features hold when a lesion is measured again: perturbed, or drawn by another reader."""
