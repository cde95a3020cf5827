//! Invented certificates of the nine kinds. Every number in them has valid check digits and belongs to nobody.

use verifier_core::Day;
use verifier_core::credential::Face;

/// First day and last day: 2024-05-01 to 2030-04-30.
pub const FIRST_DAY: Day = Day(19_844);
pub const LAST_DAY: Day = Day(22_034);

/// Kind, name of the file about it, name of the kind in Chinese and English.
pub const KINDS: [(u16, &str, &str, &str); 9] = [
    (8, "operating-licence", "道路运输经营许可证", "road transport operating licence"),
    (16, "dangerous-goods-licence", "道路危险货物运输许可证", "dangerous goods transport licence"),
    (74, "ride-hailing-licence", "网络预约出租汽车经营许可证", "ride-hailing operating licence"),
    (79, "radioactive-goods-licence", "放射性物品道路运输许可证", "radioactive goods transport licence"),
    (13, "transport-certificate", "道路运输证", "road transport certificate"),
    (73, "ride-hailing-vehicle", "网络预约出租汽车运输证", "ride-hailing transport certificate"),
    (71, "practitioner", "道路运输从业人员从业资格证", "road transport practitioner's certificate"),
    (75, "taxi-driver", "巡游出租汽车驾驶员证", "taxi driver's certificate"),
    (72, "ride-hailing-driver", "网络预约出租汽车驾驶员证", "ride-hailing driver's certificate"),
];

/// A certificate of this kind.
pub fn face(kind: u16) -> Face {
    match kind {
        8 => licence(kind, "沈阳远途货运有限公司", "9962", &[2_100]),
        16 => licence(kind, "大连北港危险品运输有限公司", "988C", &[3_131, 3_181]),
        74 => licence(kind, "沈阳顺行出行科技有限公司", "97X7", &[9_000]),
        79 => licence(kind, "大连核安物流有限公司", "961L", &[3_170]),
        13 => vehicle(kind, "沈阳远途货运有限公司", "9962", "辽A12345", 2, 2_100),
        73 => vehicle(kind, "沈阳顺行出行科技有限公司", "97X7", "辽AD10086", 94, 9_000),
        71 => driver(kind, "张三丰", "210102********0019", &[1_001, 2_001]),
        75 => driver(kind, "李四光", "210203********0028", &[9_002]),
        _ => driver(kind, "王小明", "211102********0433", &[9_003]),
    }
}

fn licence(kind: u16, holder: &str, tail: &str, scope: &[u32]) -> Face {
    Face { tail: Some(tail.to_owned()), ..plain(kind, "210102000316", holder, scope) }
}

fn vehicle(kind: u16, holder: &str, tail: &str, plate: &str, colour: u8, scope: u32) -> Face {
    Face {
        plate: Some(plate.to_owned()),
        plate_colour: Some(colour),
        ..licence(kind, holder, tail, &[scope])
    }
}

fn driver(kind: u16, holder: &str, number: &str, scope: &[u32]) -> Face {
    Face { portrait: Some([0x5e, 0xed, 1, 2, 3, 4, 5, 6]), ..plain(kind, number, holder, scope) }
}

fn plain(kind: u16, number: &str, holder: &str, scope: &[u32]) -> Face {
    Face {
        kind,
        number: number.to_owned(),
        holder: holder.to_owned(),
        tail: None,
        plate: None,
        plate_colour: None,
        scope: scope.to_vec(),
        status_index: 1_205,
        version: 1,
        last_day: Some(LAST_DAY),
        portrait: None,
        specimen: false,
    }
}
