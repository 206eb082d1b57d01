select 'Käufer 🎉' as straße, nam as größe from ref('profiles')
