TITLE A file without a mechanism
PARAMETER { g = 1 (S/cm2) }
