//! How our types stand in columns.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::workload::config_key::ConfigKey;
use crate::workload::game::content_key::ContentKey;

impl ToSql for ConfigKey {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for ConfigKey {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let key = value.as_str()?.parse();
        key.map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

impl ToSql for ContentKey {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.as_bytes().to_sql()
    }
}
