//! Fixed words, the three languages side by side.

use crate::domain::search::Sort;
use crate::i18n::Lang;

macro_rules! words {
    ($($name:ident: $zh:literal, $tw:literal, $en:literal;)*) => {
        /// Every fixed word of the screens in one language.
        #[derive(Debug)]
        #[allow(missing_docs)]
        pub struct Text {
            $(pub $name: &'static str,)*
            /// Seconds, minutes, hours, days, as they stand behind an age.
            pub age_units: [&'static str; 4],
        }

        static ZH_CN: Text = Text { $($name: $zh,)* age_units: ["秒", "分", "时", "天"] };
        static ZH_TW: Text = Text { $($name: $tw,)* age_units: ["秒", "分", "時", "天"] };
        static EN: Text = Text { $($name: $en,)* age_units: ["s", "m", "h", "d"] };
    };
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Text {
    match lang {
        Lang::ZhCn => &ZH_CN,
        Lang::ZhTw => &ZH_TW,
        Lang::En => &EN,
    }
}

impl Text {
    /// Name of a result order.
    pub fn sort_name(&self, sort: Sort) -> &'static str {
        match sort {
            Sort::Rank => self.sort_rank,
            Sort::Price => self.sort_price,
            Sort::Landed => self.sort_landed,
            Sort::Sold => self.sort_sold,
            Sort::Repeat => self.sort_repeat,
            Sort::Age => self.sort_age,
        }
    }
}

words! {
    // Panes and status.
    pane_search: "找货", "找貨", "Search";
    pane_compare: "比价", "比價", "Compare";
    pane_cart: "采购车", "採購車", "Cart";
    pane_deals: "团批", "團批", "Deals";
    pane_orders: "订单", "訂單", "Orders";
    sandbox: "沙盒", "沙盒", "SANDBOX";
    sandbox_no_money: "沙盒：不花真钱", "沙盒：不花真錢", "SANDBOX - no real money";
    offline: "离线", "離線", "offline";
    data_age: "数据 ", "資料 ", "data ";

    // Columns.
    col_moq: "起批", "起批", "MOQ";
    col_lot: "批量", "批量", "lot";
    col_offer: "商品", "商品", "offer";
    col_supplier: "供应商", "供應商", "supplier";
    col_belt: "产业带", "產業帶", "belt";
    col_sold: "月销", "月銷", "sold 30d";
    col_repeat: "回头", "回頭", "repeat";
    col_price: "单价", "單價", "unit";
    col_each: "每件", "每件", "each";
    col_ships: "发货", "發貨", "ships";
    col_stock: "库存", "庫存", "stock";
    col_sku: "规格", "規格", "SKU";
    col_quantity: "数量", "數量", "quantity";
    col_state: "状态", "狀態", "state";
    col_total: "合计", "合計", "total";
    col_since: "多久前", "多久前", "since";
    col_order: "订单号", "訂單號", "order";
    col_joined: "已参团", "已參團", "joined";
    col_next: "下一档", "下一檔", "next";
    col_ends: "截止", "截止", "ends";

    // Sums.
    goods: "货款", "貨款", "goods";
    freight: "运费", "運費", "freight";
    landed: "到手", "到手", "landed";
    discount: "优惠", "優惠", "discount";
    payable: "应付", "應付", "payable";
    prediction: "(预估)", "(預估)", "(prediction)";

    // Search and detail.
    query_hint: "按 / 或直接打字搜索", "按 / 或直接打字搜尋", "press / to search";
    with_fees: "含补差价链接", "含補差價連結", "with fee links";
    sort_rank: "综合", "綜合", "by rank";
    sort_price: "按价格", "按價格", "by price";
    sort_landed: "按到手价", "按到手價", "by landed cost";
    sort_sold: "按销量", "按銷量", "by sales";
    sort_repeat: "按回头率", "按回頭率", "by repeat rate";
    sort_age: "按新近", "按新近", "by age";
    searching: "正在读取…", "正在讀取…", "reading...";
    rows_appear: "商品到了就会出现在这里，现在就可以开始打字", "商品到了就會出現在這裡，現在就可以開始打字", "offers appear here as they arrive; you can start typing";
    catalog_empty: "本地货品库是空的", "本機貨品庫是空的", "the local catalog is empty";
    nothing_found_hint: "试试更少或更短的词，Esc 清空", "試試更少或更短的詞，Esc 清空", "try fewer or shorter words; Esc clears";
    gone: "已下架", "已下架", "gone";
    none_to_buy: "货不够起批", "貨不夠起批", "stock under the minimum";
    fee: "补差价", "補差價", "fee link";
    bait: "引流价", "引流價", "bait price";
    ad: "广告", "廣告", "ad";
    sold_out: "售罄", "售罄", "sold out";
    only_a_row: "详情尚未读取", "詳情尚未讀取", "detail not read yet";
    no_mix: "不支持混批", "不支援混批", "no mixing";
    mix_unknown: "混批规则未知", "混批規則未知", "mix rule ?";
    mix: "混批", "混批", "mix";
    mix_met: "已满足", "已滿足", "met";
    ships_unknown: "发货时间未知", "發貨時間未知", "ships in ?";
    super_factory: "超级工厂", "超級工廠", "super factory";
    powerful_merchant: "实力商家", "實力商家", "powerful merchant";
    trust_pass: "诚信通", "誠信通", "TrustPass";
    yanxuan: "严选", "嚴選", "Yanxuan";
    crossborder: "跨境", "跨境", "cross-border";

    // Compare.
    compare_empty: "还没有标记要比较的商品", "還沒有標記要比較的商品", "no offers marked to compare";
    best: "最省", "最省", "best >";
    best_known: "已知最省", "已知最省", "best ?";

    // Cart.
    cart_empty: "采购车是空的", "採購車是空的", "the cart is empty";
    no_problems: "可以提交", "可以提交", "ready to submit";
    supplier_unknown: "供应商未知", "供應商未知", "supplier not known";
    removed: "已移除，u 撤销", "已移除，u 復原", "removed; u takes it back";
    cleared: "采购车已清空，u 撤销", "採購車已清空，u 復原", "cart cleared; u takes it back";
    undone: "已撤销", "已復原", "undone";
    redone: "已重做", "已重做", "done again";
    ask_quantity: "按多少数量看价 Q:", "按多少數量看價 Q:", "prices at quantity Q:";
    ask_line: "数量:", "數量:", "quantity:";
    pick_sku: "选规格", "選規格", "Pick SKUs";

    // Confirm.
    confirm_title: "确认下单", "確認下單", "Confirm the order";
    to: "收货", "收貨", "to";
    seller_sets: "(卖家下单后定)", "(賣家下單後定)", "(the seller sets it)";
    refused: "市场拒单", "市場拒單", "refused by the market";
    not_quoted: "连不上市场，金额为预估：确认后排队，恢复连接再核价发送", "連不上市場，金額為預估：確認後排隊，恢復連線再核價發送", "the market cannot be asked: these are predictions, and the orders will be queued";
    scrolls: "上下键看全部", "上下鍵看全部", "Up/Down show all";
    press_send: "按 y 提交，Esc 返回", "按 y 提交，Esc 返回", "y sends, Esc goes back";
    not_armed: "请先看一眼再按 y", "請先看一眼再按 y", "look first, then press y again";
    sending: "正在提交订单…", "正在提交訂單…", "sending the orders...";
    nothing_sent: "没有发送", "沒有發送", "nothing was sent";
    held_policy: "超出设定的涨价或运费上限", "超出設定的漲價或運費上限", "the price rise or the freight is over your limit";
    held_changed: "采购车在确认后有变化，请重新提交", "採購車在確認後有變化，請重新提交", "the cart changed since it was confirmed: submit again";
    asking_market: "正在向市场询价…", "正在向市場詢價…", "asking the market...";
    quit_anyway: "订单正在发送。现在退出也不会重复下单，下次启动会查明结果。y 退出  Esc 返回", "訂單正在發送。現在退出也不會重複下單，下次啟動會查明結果。y 退出  Esc 返回", "Orders are being sent. Nothing is sent twice: the next start looks up what became of them. y quit  Esc back";

    // Orders and deals.
    orders_empty: "还没有订单", "還沒有訂單", "no orders yet";
    state_draft: "草稿", "草稿", "draft";
    state_queued: "排队待发", "排隊待發", "queued";
    state_sending: "发送中", "發送中", "sending";
    state_unknown: "结果不明，查询中", "結果不明，查詢中", "unknown, looking up";
    state_rejected: "被拒，已退回采购车", "被拒，已退回採購車", "rejected, in the cart";
    state_to_pay: "待付款", "待付款", "to pay";
    state_to_pay_freight_open: "待付款·运费未定", "待付款·運費未定", "to pay, freight open";
    state_to_ship: "待发货", "待發貨", "to ship";
    state_shipped: "已发货", "已發貨", "shipped";
    state_done: "已完成", "已完成", "done";
    state_closed: "已关闭", "已關閉", "closed";
    deals_empty: "现在没有团批", "現在沒有團批", "no group-buys now";
    not_offered: "这个市场没有团批", "這個市場沒有團批", "group-buys are not offered by this marketplace";
    alone: "单买", "單買", "alone";
    last_step: "已到最后一档", "已到最後一檔", "last step";
    group_succeeded: "已成团", "已成團", "succeeded";
    group_failed: "未成团", "未成團", "failed";

    // Actions.
    do_help: "帮助", "說明", "help";
    do_palette: "命令", "命令", "commands";
    do_quit: "退出", "退出", "quit";
    do_suspend: "挂起", "暫停", "suspend";
    do_redraw: "重画屏幕", "重畫螢幕", "redraw the screen";
    do_quantity: "数量 Q", "數量 Q", "quantity Q";
    do_sync: "同步货品", "同步貨品", "sync the catalog";
    do_query: "搜索", "搜尋", "search";
    do_add: "加入采购车", "加入採購車", "add to cart";
    do_mark: "标记比价", "標記比價", "mark to compare";
    do_sort: "排序", "排序", "sort";
    do_fees: "补差价链接", "補差價連結", "fee links";
    do_detail: "详情", "詳情", "detail";
    do_clear_query: "清空搜索", "清空搜尋", "clear the search";
    do_leave_query: "到列表", "到列表", "to the list";
    do_escape_query: "清空，再按离开", "清空，再按離開", "clear, then leave";
    do_drop: "去掉", "去掉", "drop";
    do_compare_clear: "清空比价", "清空比價", "clear the comparison";
    do_break_even: "在哪里打平", "在哪裡打平", "break-even";
    do_pick: "选定", "選定", "mark the pick";
    do_transpose: "行列互换", "行列互換", "transpose";
    do_edit: "改数量", "改數量", "edit quantity";
    do_more: "加", "加", "more";
    do_less: "减", "減", "less";
    do_remove: "移除", "移除", "remove";
    do_next_problem: "下一问题", "下一問題", "next problem";
    do_previous_problem: "上一问题", "上一問題", "previous problem";
    do_submit: "提交", "提交", "submit";
    do_undo: "撤销", "復原", "undo";
    do_redo: "重做", "重做", "redo";
    do_cart_clear: "清空采购车", "清空採購車", "clear the cart";
    do_refresh: "刷新", "重新整理", "refresh";
    do_settle: "发送排队、查明不明", "發送排隊、查明不明", "send queued, look up unknown";
    do_pane_search: "到找货", "到找貨", "go to Search";
    do_pane_compare: "到比价", "到比價", "go to Compare";
    do_pane_cart: "到采购车", "到採購車", "go to Cart";
    do_pane_deals: "到团批", "到團批", "go to Deals";
    do_pane_orders: "到订单", "到訂單", "go to Orders";
    do_pane_next: "下一个窗格", "下一個窗格", "next pane";
    do_pane_previous: "上一个窗格", "上一個窗格", "previous pane";
    do_up: "上", "上", "up";
    do_down: "下", "下", "down";
    do_page_up: "上一页", "上一頁", "page up";
    do_page_down: "下一页", "下一頁", "page down";
    do_top: "到顶", "到頂", "to the top";
    do_bottom: "到底", "到底", "to the end";
    do_take: "加入采购车", "加入採購車", "add to cart";
    do_send: "提交订单", "提交訂單", "send the orders";
    do_accept: "确定", "確定", "take it";
    do_close: "返回", "返回", "back";
    no_command: "没有这样的命令", "沒有這樣的命令", "no such command";
    help_digits: "数字键：在采购车和比价里直接改数量，在其他窗格里切换窗格；g 加数字在哪里都能切换。", "數字鍵：在採購車和比價裡直接改數量，在其他窗格裡切換窗格；g 加數字在哪裡都能切換。", "Digits: on a line of Cart and Compare they open its quantity, elsewhere they switch panes; g and a digit always does.";
    help_chinese: "在列表里直接打中文就开始搜索；全角的 ？：／１ 和半角一样。", "在列表裡直接打中文就開始搜尋；全形的 ？：／１ 和半形一樣。", "A Chinese character typed into the list begins a search; full-width keys count as their ASCII ones.";
    help_bounds: "? 是未知，不是零；>= 是至少，<= 是至多；括号里的价格在数量 Q 买不到。", "? 是未知，不是零；>= 是至少，<= 是至多；括號裡的價格在數量 Q 買不到。", "? is unknown, never zero; >= at least, <= at most; a price in parentheses cannot be had at Q.";

    // Actions of offers, suppliers, deals, orders.
    do_open: "打开", "打開", "open";
    do_their_offers: "看TA的货", "看TA的貨", "their offers";
    do_view_next: "换视图", "換檢視", "next view";
    do_favourite: "收藏/取消", "收藏/取消", "favourite on/off";
    do_note: "备注", "備註", "note";
    do_tags: "标签", "標籤", "tags";
    do_block: "拉黑/取消", "封鎖/取消", "block/unblock";
    do_web: "网页", "網頁", "web page";
    do_copy_link: "复制链接", "複製連結", "copy link";
    do_copy_text: "复制文字", "複製文字", "copy as text";
    do_chat: "联系卖家", "聯絡賣家", "chat link";
    do_message: "给卖家留言", "給賣家留言", "message to seller";
    do_address: "换收货地址", "換收貨地址", "next address";
    do_edit_line: "回去改", "回去改", "edit";
    do_yes: "确定", "確定", "yes";
    do_join: "参团", "參團", "join";
    do_leave: "退团", "退團", "leave";
    do_pay: "付款", "付款", "pay";
    do_reorder: "再来一单", "再來一單", "reorder";
    do_receive: "确认收货", "確認收貨", "receive";
    do_cancel_order: "取消订单", "取消訂單", "cancel order";
    do_waiting: "只看待办", "只看待辦", "only what waits for me";
    do_swap_titles: "标题换语言", "標題換語言", "swap title language";
    do_offline: "离线/在线", "離線/線上", "work offline/online";
    do_clock_hour: "沙盒时钟 +1 小时", "沙盒時鐘 +1 小時", "sandbox clock +1 hour";
    do_clock_day: "沙盒时钟 +1 天", "沙盒時鐘 +1 天", "sandbox clock +1 day";
    do_tour: "导览", "導覽", "tour";
    do_tour_end: "结束导览", "結束導覽", "end the tour";

    // Why an action cannot be used now.
    why_no_offer: "没有选中的商品", "沒有選中的商品", "no offer is selected";
    why_nothing_marked: "没有标记的商品", "沒有標記的商品", "nothing is marked";
    why_cart_empty: "采购车是空的", "採購車是空的", "the cart is empty";
    why_no_problem: "没有问题", "沒有問題", "there is no problem";
    why_violations: "有不合规则的行，按 ] 查看", "有不合規則的行，按 ] 查看", "some lines break a rule: ] shows the next";
    why_submitting: "订单正在提交", "訂單正在提交", "orders are being sent";
    why_no_undo: "没有可撤销的", "沒有可復原的", "nothing to undo";
    why_no_redo: "没有可重做的", "沒有可重做的", "nothing to redo";
    why_syncing: "正在同步", "正在同步", "a sync is running";
    why_refused: "市场拒绝了其中的订单，按 Esc 回去修改", "市場拒絕了其中的訂單，按 Esc 回去修改", "the market refuses an order: Esc, and mend it";
    why_not_a_quantity: "请输入大于 0 的数量，最多三位小数", "請輸入大於 0 的數量，最多三位小數", "a number above 0, at most three decimals";
    why_most: "数量到上限了", "數量到上限了", "that is the most there can be";
    why_zero: "数量不能为 0，用 d 移除", "數量不能為 0，用 d 移除", "not to zero: d removes the line";

    // Parts of the help.
    section_query: "搜索框", "搜尋框", "Query";
    section_suppliers: "供应商", "供應商", "Suppliers";
    section_everywhere: "所有窗格", "所有窗格", "Everywhere";
    section_layers: "弹出层", "彈出層", "Windows";
    help_mouse: "鼠标：点击切换、选中，滚轮滚动；按住 Shift 用终端自己的选择。下单和付款只认键盘。", "滑鼠：點擊切換、選取，滾輪捲動；按住 Shift 用終端機自己的選取。下單和付款只認鍵盤。", "Mouse: a click focuses and selects, the wheel scrolls; with Shift the terminal selects text. Orders are sent by key only.";

    // The tour.
    tour_name: "导览", "導覽", "tour";
    tour_see: "采购车逐行写明违反了哪条起批规则、还差多少", "採購車逐行寫明違反了哪條起批規則、還差多少", "the cart names each broken rule and what is missing";
    tour_group: "看团批的人数：有一个就要到下一档，等它跨过去", "看團批的人數：有一個就要到下一檔，等它跨過去", "watch the groups: one is about to cross its next step";

    // Joints of sentences.
    or: "或 ", "或 ", " or ";
    then: "。", "。", ". ";
}
