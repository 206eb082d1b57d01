select anything from ref('a')
