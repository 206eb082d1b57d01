select emial from ref('profiles')
