select nonsense from ref('c')
