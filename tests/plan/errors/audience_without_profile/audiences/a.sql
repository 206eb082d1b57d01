select email from ref('profiles')
