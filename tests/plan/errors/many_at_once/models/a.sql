select x from ref('nothing')
