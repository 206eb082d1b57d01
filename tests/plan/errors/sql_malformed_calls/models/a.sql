select * from ref(buyers)
