//! The tables as the template describes them, so that what is tested is what is deployed.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use serde_yaml_ng::Value;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The keys and indexes of a table resource.
#[derive(Debug)]
pub(crate) struct Schema(Value);

impl Schema {
    /// The table of this logical id.
    pub(crate) fn of(resource: &str) -> Self {
        let template: Value = serde_yaml_ng::from_str(TEMPLATE).expect("the template is YAML");
        let resource = &template["Resources"][resource];
        assert_eq!(resource["Type"], "AWS::DynamoDB::Table");
        Self(resource["Properties"].clone())
    }

    /// The same on a table that is to be created.
    pub(crate) fn on(&self, table: CreateTableFluentBuilder) -> CreateTableFluentBuilder {
        let Self(table_properties) = self;
        let attributes = list(&table_properties["AttributeDefinitions"]).map(attribute);
        let indexes: Vec<_> = list(&table_properties["GlobalSecondaryIndexes"])
            .map(index)
            .collect();
        table
            .set_attribute_definitions(Some(attributes.collect()))
            .set_key_schema(Some(keys(&table_properties["KeySchema"])))
            .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_sequence().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text, and not a reference")
}

fn attribute(value: &Value) -> AttributeDefinition {
    AttributeDefinition::builder()
        .attribute_name(text(&value["AttributeName"]))
        .attribute_type(ScalarAttributeType::from(text(&value["AttributeType"])))
        .build()
        .expect("an attribute has a name and a type")
}

fn keys(value: &Value) -> Vec<KeySchemaElement> {
    let key = |value: &Value| {
        KeySchemaElement::builder()
            .attribute_name(text(&value["AttributeName"]))
            .key_type(KeyType::from(text(&value["KeyType"])))
            .build()
            .expect("a key has a name and a type")
    };
    list(value).map(key).collect()
}

fn index(value: &Value) -> GlobalSecondaryIndex {
    let projection = &value["Projection"];
    let shown: Vec<_> = list(&projection["NonKeyAttributes"])
        .map(|name| text(name).to_owned())
        .collect();
    let projection = Projection::builder()
        .projection_type(ProjectionType::from(text(&projection["ProjectionType"])))
        .set_non_key_attributes((!shown.is_empty()).then_some(shown))
        .build();
    GlobalSecondaryIndex::builder()
        .index_name(text(&value["IndexName"]))
        .set_key_schema(Some(keys(&value["KeySchema"])))
        .projection(projection)
        .build()
        .expect("an index has a name and keys")
}
