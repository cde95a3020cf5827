//! Names and addresses put together from syllables: they sound like some, and are nobody's.

use super::dice::Dice;
use super::place::City;

/// Family names that are rare or none.
const FAMILIES: [&str; 24] = [
    "云", "岚", "沐", "霁", "澄", "砚", "栖", "漪", "珩", "鹿", "墨", "禾", "泊", "星", "棠", "渔", "舟",
    "桐", "麦", "榆", "溪", "枫", "松", "杉",
];

const GIVEN: [&str; 48] = [
    "安", "北", "川", "辰", "承", "楚", "达", "峰", "刚", "国", "海", "航", "浩", "恒", "宏", "嘉", "建",
    "江", "捷", "静", "凯", "雷", "立", "林", "明", "宁", "鹏", "平", "启", "青", "庆", "瑞", "山", "石",
    "书", "涛", "天", "文", "晓", "新", "雪", "阳", "宜", "远", "泽", "振", "志", "洲",
];

const BRANDS: [&str; 40] = [
    "辰澜",
    "砚舟",
    "霁航",
    "禾远",
    "沐川",
    "珩通",
    "栖达",
    "澄运",
    "棠途",
    "桐驰",
    "岚捷",
    "云屿",
    "漪程",
    "星泊",
    "榆顺",
    "枫驿",
    "松畅",
    "杉联",
    "溪诚",
    "墨腾",
    "泊远",
    "麦行",
    "渔安",
    "鹿鸣途",
    "云禾",
    "辰驿",
    "澄途",
    "砚达",
    "霁通",
    "珩安",
    "沐程",
    "栖运",
    "棠顺",
    "桐航",
    "岚驰",
    "漪安",
    "星途",
    "榆航",
    "枫联",
    "松程",
];

const MIDDLES: [&str; 12] = ["", "", "", "恒", "鼎", "华", "盛", "瑞", "新", "广", "泰", "隆"];

const ROADS: [&str; 6] = ["示例路", "样例街", "演示大街", "试验路", "范例街", "虚拟大道"];

/// A person's name.
pub(super) fn person(dice: &mut Dice) -> String {
    let (family, first) = (dice.pick(&FAMILIES), dice.pick(&GIVEN));
    let second = if dice.percent(80) { dice.pick(&GIVEN) } else { "" };
    format!("{family}{first}{second}")
}

/// A company's name: city, brand, what it does.
pub(super) fn company(dice: &mut Dice, city: &City, suffix: &str) -> String {
    let place = city.name.trim_end_matches('市');
    format!("{place}{}{}{suffix}", dice.pick(&BRANDS), dice.pick(&MIDDLES))
}

/// An address in a road that does not exist.
pub(super) fn address(dice: &mut Dice, city: &City) -> String {
    let (_, county) = dice.pick(&city.counties);
    let road = dice.pick(&ROADS);
    format!("辽宁省{}{county}{road}{}号", city.name, dice.between(1, 399))
}
