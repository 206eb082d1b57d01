# The connector files that ship with the program.
file(GLOB rondo_connector_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/connectors/*/connector.yaml)
rondo_embed(rondo_connector connectors BASE ${CMAKE_SOURCE_DIR}/connectors
            FILES ${rondo_connector_files})
# Only tests read the twins; the path is one of this source folder.
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/connector/testing/twin.cpp PROPERTIES
  COMPILE_DEFINITIONS RONDO_CONNECTOR_TWINS="${CMAKE_SOURCE_DIR}/tests/connectors")
