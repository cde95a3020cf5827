//! What stands on a sheet: the data items of a certificate, as people read them.

use serde_json::{Map, Value};
use verifier_core::ids::{Family, Kind, PlateColour};

use crate::problem::Problem;
use crate::record::items::{self as table, Item};
use crate::record::{Day, Form, name};

/// The data items of one certificate.
#[derive(Clone, Debug)]
pub struct Content {
    kind: Kind,
    items: Map<String, Value>,
}

impl Content {
    /// The items of stored canonical JSON.
    ///
    /// # Errors
    /// When it is no JSON object.
    pub fn of(kind: Kind, stored: &[u8]) -> Result<Self, Problem> {
        let items = serde_json::from_slice(stored).map_err(|_| Problem::internal("stored items"))?;
        Ok(Self { kind, items })
    }

    /// Which kind of certificate.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The same with each value changed, or left out where `change` gives none.
    #[must_use]
    pub fn with(mut self, change: impl Fn(&Item, Value) -> Option<Value>) -> Self {
        let known = table::of_kind(Some(self.kind));
        let items = std::mem::take(&mut self.items).into_iter().filter_map(|(name, value)| {
            let item = known.iter().find(|item| item.name == name)?;
            change(item, value).map(|value| (name, value))
        });
        self.items = items.collect();
        self
    }

    /// The items with their values.
    pub fn items(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.items.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The value of an item as people read it: dates written out, codes by their names.
    pub(super) fn shown(&self, name: &str) -> Option<String> {
        let item = table::of_kind(Some(self.kind)).iter().find(|item| item.name == name)?;
        let shown = match (item.form, self.items.get(name)?) {
            (Form::Date, Value::String(day)) => date(day),
            (Form::Code(codes), Value::String(code)) => codes.name(code).unwrap_or(code).to_owned(),
            (Form::CodeList(codes), Value::Array(list)) => {
                let names = list.iter().filter_map(Value::as_str);
                names.map(|code| codes.name(code).unwrap_or(code)).collect::<Vec<_>>().join("、")
            }
            (_, Value::String(text)) => text.clone(),
            _ => return None,
        };
        Some(shown).filter(|text| !text.trim().is_empty())
    }

    /// The text of an item, as it is stored.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.items.get(name)?.as_str()
    }

    /// What stands in a column of the table of faces: an item, or something made of several.
    pub(super) fn column(&self, source: &str) -> Option<String> {
        match source {
            "number" => self.number(),
            "scope" => self.shown("businessScopeDesc").or_else(|| self.shown("businessScopeCode")),
            "period" => self.period(),
            "plate" => self.plate(),
            "capacity" => self.measures(&[("approveTon", "", "吨"), ("approveSeat", "", "座")], " / "),
            "size" => self.measures(
                &[("vehicleLength", "长 ", ""), ("vehicleWidth", "宽 ", ""), ("vehicleHeight", "高 ", "")],
                "  ",
            ),
            "licence" => numbered(self.text("licenseWord"), self.text("licenseCode")?),
            "categories" => self.categories(),
            name => self.shown(name),
        }
    }

    /// 证号, with its 字 where it has one.
    pub(super) fn number(&self) -> Option<String> {
        let number = self.text(name::NUMBER)?;
        match self.kind.family() {
            Family::Qualification => Some(number.to_owned()),
            _ => numbered(self.text("certificateWord"), number),
        }
    }

    /// Whether the holder is known by a citizen id or another document of a person.
    pub(super) fn is_persons(&self) -> bool {
        self.text("holderCodeType").is_some_and(|code| code != "001")
    }

    fn period(&self) -> Option<String> {
        let from = self.shown("validFrom")?;
        Some(format!("{from} 至 {}", self.shown("validTo").unwrap_or_else(|| "长期".to_owned())))
    }

    fn plate(&self) -> Option<String> {
        let plate = self.text("vehicleNo")?;
        let code = self.text("plateColorCode").and_then(|code| code.parse().ok());
        match code.and_then(PlateColour::from_code) {
            Some(colour) => Some(format!("{plate}（{}）", colour.name_zh())),
            None => Some(plate.to_owned()),
        }
    }

    fn measures(&self, parts: &[(&str, &str, &str)], between: &str) -> Option<String> {
        let shown = parts
            .iter()
            .filter_map(|(name, before, unit)| Some(format!("{before}{}{unit}", self.text(name)?)));
        Some(shown.collect::<Vec<_>>().join(between)).filter(|text| !text.is_empty())
    }

    /// 从业资格类别, a line each, with its own dates where it has them.
    fn categories(&self) -> Option<String> {
        let list = |name: &str| self.items.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let (first, from, to) = (
            list("qualificationFirstIssueDate"),
            list("qualificationValidFrom"),
            list("qualificationValidTo"),
        );
        let day = |days: &[Value], at: usize| days.get(at).and_then(Value::as_str).map(date);
        let all = self.shown("qualificationCode")?;
        let lines = all.split('、').enumerate().map(|(at, category)| {
            let begun = day(&first, at).map(|day| format!("初领 {day}"));
            let ended = day(&to, at).map(|end| match day(&from, at) {
                Some(begin) => format!("有效 {begin} 至 {end}"),
                None => format!("有效至 {end}"),
            });
            let dates: Vec<_> = begun.into_iter().chain(ended).collect();
            if dates.is_empty() {
                category.to_owned()
            } else {
                format!("{category}（{}）", dates.join("，"))
            }
        });
        Some(lines.collect::<Vec<_>>().join("\n"))
    }
}

fn numbered(word: Option<&str>, number: &str) -> Option<String> {
    let word = word.map(|word| word.trim_end_matches('字')).filter(|word| !word.is_empty());
    Some(word.map_or_else(|| format!("{number} 号"), |word| format!("{word}字 {number} 号")))
}

/// A day as certificates write it; what is no day, such as a masked one, as it is.
pub(super) fn date(text: &str) -> String {
    match Day::parse(text) {
        Some(Day::LAST) => "长期".to_owned(),
        Some(day) => {
            let (year, month, day) = day.parts();
            format!("{year}年{month:02}月{day:02}日")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(kind: Kind, items: Value) -> Content {
        Content::of(kind, items.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn codes_and_days_are_written_as_people_read_them() {
        let licence = content(
            Kind::RoadTransportLicence,
            json!({ "certificateNumber": "210103478896", "certificateWord": "沈", "validFrom": "20260107",
                "validTo": "99991231", "economicTypeCode": "159", "businessScopeCode": ["02101", "99999"] }),
        );
        assert_eq!(licence.column("number").unwrap(), "沈字 210103478896 号");
        assert_eq!(licence.column("period").unwrap(), "2026年01月07日 至 长期");
        assert!(
            licence.column("scope").unwrap().ends_with("、99999"),
            "a code without a name is shown as it is"
        );
        assert_eq!(licence.column("licence"), None);
    }

    #[test]
    fn each_category_stands_with_its_own_dates() {
        let driver = content(
            Kind::PractitionerQualification,
            json!({ "qualificationCode": ["01001", "02001"], "qualificationFirstIssueDate": ["20100101"],
                "qualificationValidTo": ["20300101", "20310101"] }),
        );
        let categories = driver.column("categories").unwrap();
        let lines: Vec<_> = categories.lines().collect();
        assert!(lines[0].ends_with("（初领 2010年01月01日，有效至 2030年01月01日）"), "{lines:?}");
        assert!(lines[1].ends_with("（有效至 2031年01月01日）"), "{lines:?}");
    }

    #[test]
    fn a_masked_day_is_shown_as_it_is() {
        assert_eq!(date("1*******"), "1*******");
    }
}
