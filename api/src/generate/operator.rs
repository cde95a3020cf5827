//! Records of the 经营许可证 family: operators, who are companies or single persons.

use verifier_core::ids::Kind;

use super::common::{common, named};
use super::place::City;
use super::world::{Company, Person, World};
use crate::record::codes::Codes;
use crate::record::{Datum, Items, name};

/// Years a licence is valid.
const YEARS: u32 = 4;

/// What an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trade {
    Goods,
    Passenger,
    Taxi,
    Dangerous,
    Radioactive,
    RideHailing,
    Service,
}

impl Trade {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Goods | Self::Passenger | Self::Taxi | Self::Service => Kind::RoadTransportLicence,
            Self::Dangerous => Kind::DangerousGoodsLicence,
            Self::Radioactive => Kind::RadioactiveMaterialsLicence,
            Self::RideHailing => Kind::RideHailingLicence,
        }
    }

    /// The 关联事项代码, where there is one.
    const fn related_item(self) -> Option<&'static str> {
        match self {
            Self::Goods => Some("000118017000"),
            Self::Passenger => Some("000118003000"),
            Self::Taxi | Self::RideHailing => Some("000118022000"),
            Self::Dangerous => Some("000118037000"),
            Self::Radioactive => Some("000118036000"),
            Self::Service => None,
        }
    }

    /// Scopes operators of the trade have, one set an operator.
    const fn scopes(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Goods => &[&["02101"], &["02101", "02201"], &["02101", "02202"], &["02101", "02301"]],
            Self::Passenger => &[&["01103", "01203"], &["01104", "01204"], &["01102"], &["01203", "01403"]],
            Self::Taxi | Self::RideHailing => &[&["09101"]],
            Self::Dangerous => &[
                &["03131"],
                &["03121", "03131"],
                &["03131", "03181"],
                &["03121", "03122", "03131", "03143", "03181", "03191"],
            ],
            Self::Radioactive => &[&["03170"]],
            Self::Service => &[&["04103"], &["04101", "04102"], &["05131", "05132"], &["06201"]],
        }
    }

    /// What company names of the trade end in.
    const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Goods => &["物流有限公司", "货运有限公司", "运输有限公司"],
            Self::Passenger => &["客运有限公司", "长途客运有限公司", "旅游客运有限公司"],
            Self::Taxi => &["出租汽车有限公司"],
            Self::Dangerous => &["危险品运输有限公司", "化工物流有限公司"],
            Self::Radioactive => &["特种运输有限公司"],
            Self::RideHailing => &["出行科技有限公司", "网络科技有限公司"],
            Self::Service => &["汽车维修有限公司", "驾驶员培训有限公司", "货运站场有限公司"],
        }
    }
}

/// An operator as its vehicles' certificates refer to it.
pub(super) struct Operator {
    pub(super) trade: Trade,
    pub(super) scope: &'static [&'static str],
    pub(super) licence: String,
    /// Type and code of the holder, name, address.
    pub(super) holder: [String; 4],
    economic_type: &'static str,
    representative: String,
}

impl Operator {
    /// A company.
    pub(super) fn company(world: &mut World, city: &'static City, trade: Trade) -> Option<Self> {
        let suffix = world.dice.pick(trade.suffixes());
        let Company { code, name, address, representative } = world.company(city, suffix)?;
        Some(Self {
            trade,
            scope: world.dice.pick(trade.scopes()),
            licence: world.number(trade.kind(), city),
            holder: ["001".to_owned(), code.as_str().to_owned(), name, address],
            economic_type: world.dice.pick(&["159", "173", "173", "160"]),
            representative,
        })
    }

    /// A person with one vehicle.
    pub(super) fn person(world: &mut World, city: &'static City, person: &Person, trade: Trade) -> Self {
        let Person { id, name, address, .. } = person;
        let code = id.as_str().to_owned();
        Self {
            trade,
            scope: trade.scopes().first().copied().unwrap_or_default(),
            licence: world.number(trade.kind(), city),
            holder: ["111".to_owned(), code, name.clone(), address.clone()],
            economic_type: "175",
            representative: name.clone(),
        }
    }

    /// The operator's licence.
    pub(super) fn licence(&self, world: &mut World, city: &'static City) -> Option<Items> {
        let term = world.term(YEARS)?;
        let mut items = common(self.trade.kind(), city, &self.licence, term);
        items.set(name::WORD, city.word);
        self.set_holder(&mut items);
        items.set(name::LEGAL_REPRESENTATIVE, self.representative.as_str());
        items.set(name::ORGANISATION_KIND, "1");
        items.set(name::OPERATING_STATUS, "1");
        items.set(name::FIRST_ISSUE_DATE, term.first.to_string());
        self.set_scope(&mut items);
        if let Some(code) = self.trade.related_item() {
            items.set(name::RELATED_ITEM, code);
        }
        if matches!(self.trade, Trade::Taxi | Trade::RideHailing) {
            items.set(name::AREA, format!("{}行政区域内", city.name));
        }
        Some(items)
    }

    /// The holder of licence and vehicles.
    pub(super) fn set_holder(&self, items: &mut Items) {
        let [code_type, code, name, address] = &self.holder;
        items.set(name::HOLDER_CODE_TYPE, code_type.as_str());
        items.set(name::HOLDER_CODE, code.as_str());
        items.set(name::HOLDER_NAME, name.as_str());
        items.set(name::HOLDER_ADDRESS, address.as_str());
        items.set(name::ECONOMIC_TYPE, self.economic_type);
    }

    /// 经营范围 as codes and words.
    pub(super) fn set_scope(&self, items: &mut Items) {
        let codes = self.scope.iter().map(|code| (*code).to_owned()).collect();
        items.set(name::SCOPE, Datum::List(codes));
        items.set(name::SCOPE_DESC, named(self.scope, Codes::BusinessScopes));
    }
}
