//! Titles, and what a buyer would call the goods.

use super::*;
use crate::domain::substitute::rules;

fn shipped() -> &'static Names {
    let (things, bad) = rules::read_names(NAMES);
    assert!(bad.is_empty(), "{bad:?}");
    for name in things.iter().flatten() {
        assert_eq!(name.as_str(), name.as_str().to_lowercase(), "written as titles are read");
    }
    Names::shipped()
}

fn noun(names: &Names, title: &str) -> Option<Noun> {
    names.noun(&title.to_lowercase(), &TitleCounts::default())
}

/// The first sixteen are listings of the market, the others as its sellers write them.
const TITLES: [(&str, &str); 62] = [
    ("聚衣堂无尴尬线蜜桃提臀瑜伽裤高腰收腹跑步运动裸感瑜伽裤女", "瑜伽裤"),
    ("冰丝凉感短袖t恤男夏季潮牌渐变五分半袖男宽松上衣服青少年体恤T", "t恤"),
    ("跨境新款宽肩带防震瑜伽服女运动内衣外穿健身上衣中长款吊带背心", "瑜伽服"),
    ("跨境夏季女款防紫外线连帽收腰防晒衣户外徒步登山钓鱼服UPF50", "防晒衣"),
    ("美式紧身裤健身训练长裤5分裤7分裤高弹力速干面料跑步打底裤现货", "紧身裤"),
    ("运动套装男跑步健身房跑步装备背心速干衣紧身长袖晨跑训练骑行服", "运动套装"),
    ("家居高级感素胚花插瓶可设计定制高颜值室内装饰陶瓷花瓶艺术摆件", "花瓶"),
    ("艺术装饰免打孔挂钟客厅简约钟表轻奢家用挂表网红壁钟时钟", "挂钟"),
    ("亚马逊热销丝绸玫瑰 烧边花瓣 婚庆花童过道装饰纯手工仿真花瓣", "仿真花"),
    ("褶皱开口复古轻奢个性泰银铜戒指女ins冷淡风小众设计感手饰外贸", "戒指"),
    ("磁吸扣彩贝珠珍珠项链女配饰锁骨链轻奢高级感串珠毛衣链颈链饰品", "项链"),
    ("朱砂貔貅五路财神男女款手链本命年生肖兔鼠龙鸡礼物低含量", "手链"),
    ("厂家直销日历钢带手表男大表盘石英表跨境男表外贸男士手表批发", "手表"),
    ("电商爆款迪通拿三眼六针机械表男士钢带多功能石英皮带丹尼路手表", "机械表"),
    ("新款护士表男女款菱形医生护士表时尚便携胸表创意时尚潮流女挂表", "护士表"),
    ("外贸跨境亚马逊爆款吸金金字塔能量塔树脂摆件家居摆件厂家批发", "摆件"),
    ("304不锈钢真空保温杯 500ml 车载礼品杯", "保温杯"),
    ("商务大容量保温杯办公室水杯定制LOGO", "保温杯"),
    ("保温杯女学生便携500ml316不锈钢韩版直身水杯批发", "保温杯"),
    ("耐咬尼龙项圈 大型犬 狗狗用品 批发", "项圈"),
    ("耐咬牵引绳 反光尼龙 遛狗 宠物用品", "牵引绳"),
    ("大型犬牵引绳耐咬反光宠物用品", "牵引绳"),
    ("加厚垃圾袋家用手提式背心一次性 100只", "垃圾袋"),
    ("感应垃圾桶家用客厅卧室卫生间静音智能 12L", "垃圾桶"),
    ("免打孔浴室置物架壁挂收纳架", "置物架"),
    ("衣柜收纳盒可折叠内衣收纳箱", "收纳盒"),
    ("车载手机支架磁吸导航通用", "手机支架"),
    ("液态硅胶手机壳适用苹果全包防摔保护套", "手机壳"),
    ("钢化膜高清防窥全屏秒贴手机膜", "钢化膜"),
    ("蓝牙耳机无线降噪入耳式长续航", "蓝牙耳机"),
    ("充电宝20000毫安快充自带线移动电源", "充电宝"),
    ("LED吸顶灯圆形卧室灯客厅现代简约灯具", "吸顶灯"),
    ("太阳能灯户外庭院灯防水家用照明灯", "太阳能灯"),
    ("不锈钢冲孔板圆孔网洞洞板装饰金属网", "冲孔板"),
    ("304不锈钢角阀冷热通用三角阀卫浴五金", "角阀"),
    ("加厚珊瑚绒四件套冬季床上用品", "四件套"),
    ("全棉水洗棉被套单件学生宿舍单人", "被套"),
    ("遮光窗帘成品卧室免打孔北欧简约布艺", "窗帘"),
    ("沙发垫四季通用防滑北欧沙发套", "沙发垫"),
    ("短袖T恤男夏季纯棉圆领宽松", "t恤"),
    ("儿童速干裤男童夏季薄款运动", "速干裤"),
    ("足球袜成人长筒防滑毛巾底训练", "足球袜"),
    ("牛仔裤女高腰显瘦直筒春秋新款", "牛仔裤"),
    ("帆布包女单肩包大容量手提袋", "帆布包"),
    ("拉杆箱万向轮静音旅行箱密码登机箱", "拉杆箱"),
    ("一次性雨衣加厚户外旅行便携雨披", "雨衣"),
    ("全自动折叠伞晴雨两用防晒黑胶雨伞", "折叠伞"),
    ("厨师刀锻打不锈钢厨房刀具", "厨师刀"),
    ("304不锈钢炒锅无涂层不粘锅电磁炉通用", "炒锅"),
    ("陶瓷马克杯带盖勺情侣水杯", "马克杯"),
    ("毛绒玩具公仔恐龙抱枕玩偶生日礼物", "毛绒玩具"),
    ("大颗粒积木拼装益智儿童玩具", "积木"),
    ("无火香薰卧室持久留香酒店扩香石礼盒", "香薰"),
    ("牛皮纸袋手提袋定制服装店包装袋", "牛皮纸袋"),
    ("封箱胶带透明大卷快递打包", "胶带"),
    ("按动中性笔0.5学生考试专用黑色", "中性笔"),
    ("猫抓板耐磨不掉屑瓦楞纸猫窝", "猫抓板"),
    ("加厚野餐垫防潮户外露营帐篷地垫", "野餐垫"),
    ("汽车坐垫四季通用皮革座套", "汽车坐垫"),
    ("铁观音茶叶浓香型散装500g礼盒装", "铁观音"),
    ("门后挂钩免打孔强力粘钩", "挂钩"),
    ("小夜灯插电感应卧室床头灯", "小夜灯"),
];

#[test]
fn a_title_is_called_as_a_buyer_would_call_it() {
    let names = shipped();
    let wrong: Vec<String> = TITLES
        .iter()
        .filter_map(|(title, told)| {
            let found = noun(names, title).map(|noun| noun.word);
            (found.as_deref() != Some(*told)).then(|| format!("{title}: {told}, not {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_no_name_of_goods_is_none() {
    let names = shipped();
    for title in ["", "批发", "耐咬 大型犬 反光", "304 316 500ml", "包邮 一件代发 现货", "红色"]
    {
        assert_eq!(noun(names, title), None, "{title}");
    }
}

#[test]
fn names_are_the_same_by_the_list_or_by_their_end_and_else_not() {
    let names = shipped();
    let called = |one: &str, other: &str| names.is_called(other, &noun(names, one).unwrap());
    for (one, other) in [
        ("耐咬项圈 大型犬", "宠物颈圈 小型犬"),
        ("保温杯 车载", "真空保温杯 316不锈钢 礼品"),
        ("手机支架 车载", "车载支架 磁吸"),
        ("太阳镜 女", "偏光墨镜 男"),
        ("树脂摆件 客厅", "陶瓷摆件 玄关"),
        ("摇摇乐木马椅", "摇摇乐木马椅 儿童"),
    ] {
        let same = called(one, other);
        // A stand for the phone and one for the car are two things of the list.
        assert_eq!(same, one != "手机支架 车载", "{one} / {other}");
    }
    for (one, other) in [
        ("耐咬项圈 大型犬", "耐咬牵引绳 大型犬"),
        ("保温杯 车载", "保温杯套 车载"),
        ("保温杯 车载", "焖烧杯 车载 保温"),
        ("手机壳 磁吸", "手机支架 磁吸"),
        ("篮球 训练", "篮球袜 训练"),
        ("项链 珍珠 女", "手链 珍珠 女 项链同款"),
        ("树脂摆件 客厅", "树脂花瓶 客厅摆件"),
        ("充电宝 快充", "充电宝数据线 快充"),
    ] {
        assert!(!called(one, other) && !called(other, one), "{one} / {other}");
    }
}

#[test]
fn of_words_on_no_list_those_count_that_the_category_says_too() {
    let names = shipped();
    let title = "加厚铜皮匠锔 手工锔瓷针";
    let mut counts = TitleCounts { everywhere: 10_000, here: 100, ..TitleCounts::default() };
    // Nobody vouches, and nothing ends like a name.
    assert_eq!(names.noun(title, &counts), None);
    counts.pairs.insert(('瓷', '针'), (40, 45));
    counts.pairs.insert(('锔', '瓷'), (40, 41));
    counts.triples.insert(('锔', '瓷', '针'), 40);
    let found = names.noun(title, &counts).unwrap();
    assert_eq!((found.word.as_str(), found.known), ("锔瓷针", Known::Guessed));
    // A feature is never guessed, be it never so common.
    counts.pairs.insert(('加', '厚'), (95, 96));
    assert_eq!(names.noun(title, &counts).unwrap().word, "锔瓷针");
    // One that ends like a name stands before an alias that says it less exactly, if others say it too.
    let stool = "实木吧台椅 家用 靠背 椅子";
    counts.pairs.insert(('台', '椅'), (30, 31));
    counts.pairs.insert(('吧', '台'), (30, 31));
    counts.triples.insert(('吧', '台', '椅'), 30);
    assert_eq!(names.noun(stool, &counts).unwrap().word, "吧台椅");
    assert_eq!(names.noun(stool, &TitleCounts::default()).unwrap().word, "椅子");
}

/// Lists of a file of the sandbox's words: the names of each kind of goods.
fn kinds(text: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let list = |rest: &str| -> Vec<String> {
        let words = rest.split(',').filter_map(|item| item.trim().split('=').next());
        words.filter(|word| !word.starts_with('@')).map(str::to_lowercase).collect()
    };
    let mut kinds = Vec::new();
    let mut features = Vec::new();
    for line in text.lines() {
        match line.trim().split_once(' ') {
            Some(("feat" | "+feat", rest)) => features = list(rest),
            Some(("noun", rest)) => kinds.push((list(rest), features.clone())),
            _ => {}
        }
    }
    kinds
}

#[test]
fn most_goods_of_the_sandbox_are_called_as_their_sellers_call_them() {
    let names = shipped();
    let texts = [
        include_str!("../../../assets/sandbox/goods/daily.txt"),
        include_str!("../../../assets/sandbox/goods/home.txt"),
        include_str!("../../../assets/sandbox/goods/building.txt"),
        include_str!("../../../assets/sandbox/goods/wear.txt"),
        include_str!("../../../assets/sandbox/goods/other.txt"),
    ];
    let (mut all, mut right, mut wrong) = (0, 0, Vec::new());
    for (called, features) in texts.iter().flat_map(|text| kinds(text)) {
        for (at, name) in called.iter().enumerate() {
            let feature = features.get(at % features.len().max(1)).map_or("", String::as_str);
            let title = format!("{feature}{name} 家用 批发 厂家直销");
            let found = noun(names, &title);
            all += 1;
            if found.as_ref().is_some_and(|found| {
                let sold_with = name.trim_end_matches("套装").trim_end_matches("玩具");
                let sold_with = sold_with.trim_end_matches(['男', '女']);
                found.word.ends_with(sold_with) || sold_with.ends_with(&found.word)
            }) {
                right += 1;
            } else {
                wrong.push(format!("{title}: {:?}", found.map(|found| found.word)));
            }
        }
    }
    assert!(all > 700, "{all}");
    assert!(right * 100 >= all * 93, "{right} of {all}: {wrong:#?}");
}
