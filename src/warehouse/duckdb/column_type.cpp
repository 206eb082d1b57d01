#include "warehouse/duckdb/column_reader.h"

namespace rondo::warehouse::duck {
namespace {

using model::ColumnType;

Error unreadable(std::string_view column_name) {
  return {ErrorKind::permanent, "R0206",
          "column " + std::string(column_name) + " has a type that cannot be read",
          "cast it to text"};
}

}  // namespace

ColumnType column_type_of(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN: return ColumnType::boolean;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT: return ColumnType::int64;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL: return ColumnType::float64;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return ColumnType::timestamp;
    case DUCKDB_TYPE_DATE: return ColumnType::date;
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP: return ColumnType::json;
    case DUCKDB_TYPE_VARCHAR:
      return take_text(duckdb_logical_type_get_alias(type)) == "JSON" ? ColumnType::json
                                                                      : ColumnType::text;
    default: return ColumnType::text;
  }
}

Result<ColumnReader> ColumnReader::make(duckdb_logical_type type, std::string_view column_name) {
  ColumnReader reader;
  TRY(reader.describe(type, column_name));
  return reader;
}

Result<void> ColumnReader::add_child(LogicalType type, std::string_view column_name) {
  TRY_ASSIGN(ColumnReader child, make(type.get(), column_name));
  children_.push_back(std::move(child));
  return {};
}

Result<void> ColumnReader::describe(duckdb_logical_type type, std::string_view column_name) {
  name_ = column_name;
  type_ = column_type_of(type);
  declared_ = duckdb_get_type_id(type);
  stored_ = declared_;
  switch (declared_) {
    case DUCKDB_TYPE_DECIMAL:
      stored_ = duckdb_decimal_internal_type(type);
      scale_ = duckdb_decimal_scale(type);
      return {};
    case DUCKDB_TYPE_ENUM:
      stored_ = duckdb_enum_internal_type(type);
      for (idx_t i = 0; i < duckdb_enum_dictionary_size(type); ++i) {
        names_.push_back(take_text(duckdb_enum_dictionary_value(type, i)));
      }
      return {};
    case DUCKDB_TYPE_LIST: return add_child(LogicalType(duckdb_list_type_child_type(type)), name_);
    case DUCKDB_TYPE_ARRAY:
      array_size_ = duckdb_array_type_array_size(type);
      return add_child(LogicalType(duckdb_array_type_child_type(type)), name_);
    case DUCKDB_TYPE_MAP:
      TRY(add_child(LogicalType(duckdb_map_type_key_type(type)), name_));
      return add_child(LogicalType(duckdb_map_type_value_type(type)), name_);
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        names_.push_back(take_text(duckdb_struct_type_child_name(type, i)));
        TRY(add_child(LogicalType(duckdb_struct_type_child_type(type, i)), name_));
      }
      return {};
    case DUCKDB_TYPE_UNION:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_TIME_TZ:
    case DUCKDB_TYPE_TIME_NS:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_GEOMETRY:
    case DUCKDB_TYPE_VARIANT:
    case DUCKDB_TYPE_ANY:
    case DUCKDB_TYPE_INVALID: return fail(unreadable(column_name));
    default: return {};
  }
}

}  // namespace rondo::warehouse::duck
