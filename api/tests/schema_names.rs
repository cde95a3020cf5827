//! Two types of one name would silently become one schema of the OpenAPI document, the one read last.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for name in schemas(&fs::read_to_string(&file).unwrap()) {
            places.entry(name).or_default().push(file.display().to_string());
        }
    }
    assert!(places.len() > 50, "the derives are no longer found: {}", places.len());
    let shared: Vec<_> = places.into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:#?}");
}

#[test]
fn a_schema_goes_by_its_type_or_by_the_name_it_is_given() {
    let source = "#[derive(Debug, ToSchema)]\n#[schema(as = Other)]\npub enum State {\n}\n\
                  #[derive(\n    ToSchema,\n)]\nstruct Plain {}\n#[derive(Debug)]\nstruct None;\n";
    assert_eq!(schemas(source), ["Other", "Plain"]);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The names of the schemas that a source file derives.
fn schemas(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for derive in source.split("#[derive(").skip(1) {
        let Some((traits, after)) = derive.split_once(")]") else { continue };
        if !traits.contains("ToSchema") {
            continue;
        }
        let attributes: Vec<_> = after.lines().take_while(|line| name_of(line).is_none()).collect();
        let own = after.lines().find_map(name_of).unwrap();
        let given = attributes.iter().find_map(|line| line.split_once("(as = "));
        let given = given.map(|(_, name)| name.split([',', ')']).next().unwrap());
        names.push(given.unwrap_or(own).to_owned());
    }
    names
}

/// The name of the type whose declaration begins on a line.
fn name_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = ["pub(crate) ", "pub(super) ", "pub "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line);
    let rest = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum "))?;
    rest.split(|c: char| !c.is_alphanumeric()).next()
}
