# The connector files that ship with the program.
file(GLOB rondo_connector_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/connectors/*/connector.yaml)
rondo_embed(rondo_connector connectors BASE ${CMAKE_SOURCE_DIR}/connectors
            FILES ${rondo_connector_files})
