"""Features as the IBSI defines them: its settings, its aggregations, every feature of its manual.

Image Biomarker Standardisation Initiative: reference manual arXiv:1612.07003, Zwanenburg et al.,
Radiology 295 (2020) 328; filters: arXiv:2006.05470, Whybra et al., Radiology 310 (2024) e231319.
"""
