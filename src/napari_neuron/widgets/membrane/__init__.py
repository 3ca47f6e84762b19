"""The tab Biophysics: paint, mechanisms, MOD files, and the cell coloured by parameters."""
