rondo_embed(rondo_warehouse warehouse BASE ${CMAKE_SOURCE_DIR}/src/warehouse
  FILES ${CMAKE_SOURCE_DIR}/src/warehouse/system_tables.sql)
