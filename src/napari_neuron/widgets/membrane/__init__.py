"""The Biophysics tab: paint, mechanisms, MOD files, and the cell coloured by parameters."""
