//! Fixed words, the three languages side by side.

use crate::i18n::Lang;
use crate::i18n::text_orders::words_of_orders;

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

words_of_orders! { words! {
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
    col_repeat: "回头", "回購", "repeat";
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
    query_hint: "按 / 或直接打字搜索，Tab 看供应商", "按 / 或直接打字搜尋，Tab 看供應商", "press / to search, Tab for suppliers";
    with_fees: "含补差价链接", "含補差價連結", "with fee links";
    sort_rank: "综合", "綜合", "by rank";
    sort_price: "按价格", "按價格", "by price";
    sort_landed: "按到手价", "按到手價", "by landed cost";
    sort_sold: "按销量", "按銷量", "by sales";
    sort_repeat: "按回头率", "按回購率", "by repeat rate";
    sort_age: "按新近", "按新近", "by age";
    searching: "正在读取…", "正在讀取…", "reading...";
    rows_appear: "商品到了就会出现在这里，现在就可以开始打字", "商品到了就會出現在這裡，現在就可以開始打字", "offers appear here as they arrive; you can start typing";
    catalog_empty: "本地货品库是空的", "本機貨品庫是空的", "the local catalog is empty";
    nothing_found_hint: "试试更少或更短的词，Esc 清空", "試試更少或更短的詞，Esc 清空", "try fewer or shorter words; Esc clears";
    gone: "已下架", "已下架", "gone";
    none_to_buy: "货不够起批", "貨不夠起批", "stock < MOQ";
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

    // Suppliers, and the buyer's own words on them and on offers.
    col_mine: "我的", "我的", "mine";
    col_years: "年限", "年限", "years";
    col_categories: "主营", "主營", "sells";
    col_mix: "混批", "混批", "mix";
    col_offers: "货品数", "貨品數", "offers";
    col_ordered: "我下过单", "我下過單", "ordered";
    mark_super_factory: "超", "超", "SF";
    mark_powerful_merchant: "实", "實", "PM";
    mark_trust_pass: "诚", "誠", "TP";
    mark_yanxuan: "严", "嚴", "YX";
    mark_crossborder: "跨", "跨", "CB";
    pick_a_sku: "选规格", "選規格", "pick a SKU";
    blocked: "已拉黑", "已封鎖", "blocked";
    no_reason: "未写理由", "未寫理由", "no reason given";
    note: "备注", "備註", "note";
    tags: "标签", "標籤", "tags";
    favourite: "已收藏", "已收藏", "favourite";
    unknown_weight: "重量 ?", "重量 ?", "weight ?";
    unknown_volume: "体积 ?", "體積 ?", "volume ?";
    unknown_carton: "箱规 ?", "箱規 ?", "per carton ?";
    moq_unknown: "起批 ?", "起批 ?", "MOQ ?";
    no_mix_short: "无", "無", "none";
    freight_to: "运费到", "運費到", "freight to";
    no_destination: "运费 (无收货地址)", "運費 (無收貨地址)", "freight (no address)";
    suppliers_view: "供应商", "供應商", "suppliers";
    reading_suppliers: "正在读取供应商…", "正在讀取供應商…", "reading the suppliers...";
    reading_sheet: "正在读取供应商档案…", "正在讀取供應商檔案…", "reading the supplier...";
    suppliers_empty: "还没有供应商：同步货品后出现", "還沒有供應商：同步貨品後出現", "no suppliers yet: they come with the goods";
    suppliers_none_hint: "Esc 清空搜索，Tab 回到商品", "Esc 清空搜尋，Tab 回到商品", "Esc clears the search, Tab goes back to the offers";
    query_hint_suppliers: "按 / 搜供应商，Tab 回到商品", "按 / 搜供應商，Tab 回到商品", "press / to search, Tab for offers";
    pieces: "件", "件", "pcs";
    still_preparing: "货品还在准备，没到的还搜不到", "貨品還在準備，沒到的還搜不到", "goods are still arriving: what has not come cannot be found yet";
    sheet_mine: "与我的往来", "與我的往來", "my orders";
    sheet_never: "还没有下过单", "還沒有下過單", "none yet";
    sheet_offers: "货品", "貨品", "offers";
    no_rule: "不支持混批", "不支援混批", "no mixing";
    ask_note: "备注", "備註", "note";
    ask_tags: "标签（空格隔开）", "標籤（空格隔開）", "tags (blanks between)";
    ask_reason: "拉黑理由（可留空）", "封鎖理由（可留空）", "block, because (may be empty)";
    ask_message: "给卖家留言", "給賣家留言", "message to the seller";
    kept_favourite: "已收藏", "已收藏", "kept as a favourite";
    dropped_favourite: "已取消收藏", "已取消收藏", "no longer a favourite";
    kept_note: "备注已存，可在搜索里找到", "備註已存，可在搜尋裡找到", "note kept; searches find it";
    dropped_note: "备注已删", "備註已刪", "note removed";
    dropped_tags: "标签已删", "標籤已刪", "tags removed";
    unblocked: "已取消拉黑", "已取消封鎖", "no longer blocked";
    no_chat: "还不知道这个卖家的登录名（下过单才有），打不开聊天", "還不知道這個賣家的登入名（下過單才有），打不開聊天", "no chat link: it needs the seller's login name, which only an order tells";
    link_instead: "已改为复制商品链接", "已改為複製商品連結", "The offer's link was copied instead";
    why_none_selected: "没有选中的供应商", "沒有選中的供應商", "no supplier is selected";
    why_no_row: "这里没有可选的", "這裡沒有可選的", "there is nothing to choose here";
    why_supplier_unread: "供应商还不知道，货品库里没有", "供應商還不知道，貨品庫裡沒有", "the supplier is not in the catalog";
    why_marks_unread: "收藏和备注还在读取", "收藏和備註還在讀取", "your notes are still being read";
    why_market_unread: "还没连上市场，不知道网页地址", "還沒連上市場，不知道網頁位址", "the market was not reached yet: its pages are not known";
    why_no_pages: "沙盒没有开着，打不开它的网页", "沙盒沒有開著，打不開它的網頁", "the sandbox is not running: its pages cannot be opened";
    why_imported: "导入的货品没有网页", "匯入的貨品沒有網頁", "imported goods have no web page";
    why_no_order_page: "这个市场没有订单网页", "這個市場沒有訂單網頁", "this market has no page for an order";
    why_supplier_no_page: "供应商没有网页地址，选TA的一个商品", "供應商沒有網頁位址，選TA的一個商品", "no address for a supplier: take one of their offers";

    // Compare.
    compare_empty: "还没有标记要比较的商品", "還沒有標記要比較的商品", "no offers marked to compare";
    best: "最省", "最省", "best >";
    best_known: "已知最省", "已知最省", "best ?";

    // Cart.
    cart_empty: "采购车是空的", "採購車是空的", "the cart is empty";
    no_problems: "可以提交", "可以送出", "ready to submit";
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
    press_send: "按 y 提交，Esc 返回", "按 y 送出，Esc 返回", "y sends, Esc goes back";
    not_armed: "请先看一眼再按 y", "請先看一眼再按 y", "look first, then press y again";
    sending: "正在提交订单…", "正在送出訂單…", "sending the orders...";
    nothing_sent: "没有发送", "沒有發送", "nothing was sent";
    held_policy: "超出设定的涨价或运费上限", "超出設定的漲價或運費上限", "the price rise or the freight is over your limit";
    held_changed: "采购车在确认后有变化，请重新提交", "採購車在確認後有變化，請重新送出", "the cart changed since it was confirmed: submit again";
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
    why_only_own_clock: "只有内置沙盒的时间能拨", "只有內建沙盒的時間能撥", "only the embedded sandbox's clock can be moved from here";
    alone: "单买", "單買", "alone";
    last_step: "已到最后一档", "已到最後一檔", "last step";
    group_succeeded: "已成团", "已成團", "succeeded";
    group_failed: "未成团", "未成團", "failed";

    // Actions.
    do_help: "帮助", "說明", "help";
    do_palette: "命令", "指令", "commands";
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
    do_submit: "提交", "送出", "submit";
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
    do_send: "提交订单", "送出訂單", "send the orders";
    do_accept: "确定", "確定", "take it";
    do_close: "返回", "返回", "back";
    no_command: "没有这样的命令", "沒有這樣的指令", "no such command";
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
    do_offline: "离线/在线", "離線/連線", "work offline/online";
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
    why_submitting: "订单正在提交", "訂單正在送出", "orders are being sent";
    why_no_undo: "没有可撤销的", "沒有可復原的", "nothing to undo";
    why_no_redo: "没有可重做的", "沒有可重做的", "nothing to redo";
    why_syncing: "正在同步", "正在同步", "a sync is running";
    why_refused: "市场拒绝了其中的订单，按 Esc 回去修改", "市場拒絕了其中的訂單，按 Esc 回去修改", "the market refuses an order: Esc, and mend it";
    why_not_a_quantity: "请输入大于 0 的数量，最多三位小数", "請輸入大於 0 的數量，最多三位小數", "a number above 0, at most three decimals";
    why_most: "数量到上限了", "數量到上限了", "that is the most there can be";
    why_zero: "数量不能为 0，用 d 移除", "數量不能為 0，用 d 移除", "not to zero: d removes the line";

    // Compare, cart and confirm in full.
    col_last_paid: "上次进价", "上次進價", "last paid";
    picked: "选定", "選定", "picked";
    picked_mark: "*", "*", "*";
    per_unit: "单件价", "單件價", "each";
    landed_each: "到手单价", "到手單價", "landed, each";
    goods_each: "货款单价，不含运费", "貨款單價，不含運費", "goods only, each";
    cheapest_at: "哪个数量谁最省", "哪個數量誰最省", "who is cheapest at which quantity";
    no_lead: "没有能比较的", "沒有能比較的", "nothing to compare";
    col_quantities: "数量", "數量", "quantity";
    col_at_least: "起", "起", "at first";
    col_at_last: "止", "止", "at last";
    meets_minimum: "每行都够起批", "每行都夠起批", "minimums met";
    mix_is_met: "混批已满足", "混批已滿足", "mixed minimum met";
    mix_rule_word: "混批", "混批", "mixed minimum";
    market_says: "市场报价", "市場報價", "market";
    market_agrees: "与预估一致", "與預估一致", "as predicted";
    predicted: "预估", "預估", "prediction";
    rest: "其他", "其他", "other";
    message_label: "留言", "留言", "message";
    message_kept: "留言已保存，随下一单发给卖家", "留言已儲存，隨下一單發給賣家", "kept: it goes with the next order to this seller";
    asking_again: "正在按新的地址或留言重新询价…", "正在按新的地址或留言重新詢價…", "asking the market again for the new figures...";
    trade_assured: "担保交易", "擔保交易", "escrow";
    trade_period: "账期", "帳期", "on account";
    trade_credit: "诚e赊", "誠e賒", "credit";
    trade_bank: "银行转账", "銀行轉帳", "bank transfer";
    trade_alipay: "支付宝", "支付寶", "Alipay";
    trade_staged: "分阶段付款", "分階段付款", "in stages";
    trade_unknown: "交易方式未知", "交易方式未知", "trade type ?";
    why_no_supplier: "还不知道供应商是谁", "還不知道供應商是誰", "the supplier is not known yet";
    why_one_address: "账号只有一个收货地址", "帳號只有一個收貨地址", "the account has only one address";
    // Counts beside the list, quantities of single offers, reasons for the order.
    section_facets: "筛选栏", "篩選欄", "Filters";
    facets_title: "筛选", "篩選", "filters";
    facet_categories: "类目", "類目", "category";
    facet_belts: "产业带", "產業帶", "belt";
    facet_identities: "商家", "商家", "seller";
    facet_prices: "单价", "單價", "unit price";
    facet_moqs: "起批量", "起批量", "MOQ";
    counting: "正在计数…", "正在計數…", "counting...";
    nothing_to_count: "没有可筛选的", "沒有可篩選的", "nothing to filter by";
    col_age: "更新", "更新", "age";
    age_fresh: "<1天", "<1天", "<1d";
    one_each: "每家一条", "每家一筆", "one per supplier";
    ask_own: "只改这件的数量（留空按 Q）:", "只改這件的數量（留空按 Q）:", "its own quantity (empty = Q):";
    pick_category: "选类目", "選類目", "Pick a category";
    category_hint: "输入名称、拼音首字母或编号", "輸入名稱、拼音首字母或編號", "a name, pinyin initials or a number";
    no_category: "没有这样的类目", "沒有這樣的類目", "no such category";
    reading_categories: "正在读取类目…", "正在讀取類目…", "reading the categories...";
    why_title: "为什么排在这里", "為什麼排在這裡", "Why it stands here";
    why_match: "匹配", "相符", "match";
    why_total: "总分", "總分", "total";
    why_closeness: "词距", "詞距", "closeness";
    why_order: "综合排序：先比匹配，再比总分；总分相近时，搜的词在标题里挨得近的在前。", "綜合排序：先比相符，再比總分；總分相近時，搜的詞在標題裡挨得近的在前。", "By rank: the match first, then the total; among totals about as high, where the words stand closer together comes first.";
    why_claims: "月销和回头率是平台公布的数；买家少的回头率会向平均靠拢。", "月銷和回購率是平台公布的數；買家少的回購率會向平均靠攏。", "Sales and repeat rates are the market's claims; rates of few buyers are drawn to the average.";
    why_ad: "这是广告（卖家付费推广），在这里不加分。", "這是廣告（賣家付費推廣），在這裡不加分。", "An advertisement: the seller pays for it. It earns no points here.";
    why_not_found: "现在的搜索里没有它", "現在的搜尋裡沒有它", "the search does not find it any more";
    tier_word: "词都在标题里", "詞都在標題裡", "all words are in the title";
    tier_part: "词都在标题里，有的是长词的一段", "詞都在標題裡，有的是長詞的一段", "all words are in the title, some inside longer ones";
    tier_pinyin: "有的词是按拼音找到的", "有的詞是按拼音找到的", "some words were found by pinyin";
    tier_mine: "有的词在你的备注或标签里", "有的詞在你的備註或標籤裡", "some words are in your own notes or tags";
    tier_supplier: "有的词在供应商名或产业带里", "有的詞在供應商名或產業帶裡", "some words are in the supplier's name or belt";
    tier_near: "按相近的词找到的", "按相近的詞找到的", "near words were taken";
    part_sales: "月销", "月銷", "sales";
    part_repeat: "回头率", "回購率", "repeat rate";
    part_identities: "商家身份", "商家身份", "identities";
    part_years: "诚信通年限", "誠信通年限", "TrustPass years";
    part_factory: "像工厂的程度", "像工廠的程度", "factory confidence";
    part_freshness: "数据新旧（按天）", "資料新舊（按天）", "freshness, by day";
    do_facets: "筛选", "篩選", "filters";
    do_categories: "选类目", "選類目", "categories";
    do_facet_take: "加/去条件", "加/去條件", "add/remove";
    do_facet_next: "下一组", "下一組", "next group";
    do_facet_previous: "上一组", "上一組", "previous group";
    do_close_panel: "收起", "收起", "close";
    do_own_quantity: "这件的数量", "這件的數量", "own quantity";
    do_take_nearest: "按可买的量", "按可買的量", "take nearest";
    do_own_clear: "所有商品回到数量 Q", "所有商品回到數量 Q", "all offers back to Q";
    do_why: "为何在此", "為何在此", "why here";
    do_ads: "隐藏广告", "隱藏廣告", "hide ads";
    do_one_each: "每家一条", "每家一筆", "one per supplier";
    why_no_nearest: "这个数量就能买，或者根本买不到", "這個數量就能買，或者根本買不到", "it can be bought as it is, or not at all";
    why_no_own: "没有单独设过数量的商品", "沒有單獨設過數量的商品", "no offer has a quantity of its own";

    // Parts of the help.
    section_query: "搜索框", "搜尋框", "Query";
    section_suppliers: "供应商", "供應商", "Suppliers";
    section_offer: "选中的商品或供应商", "選中的商品或供應商", "The offer or supplier in focus";
    section_everywhere: "所有窗格", "所有窗格", "Everywhere";
    section_layers: "弹出层", "彈出層", "Windows";
    help_mouse: "鼠标：点击切换、选中，滚轮滚动；按住 Shift 用终端自己的选择。下单和付款只认键盘。", "滑鼠：點擊切換、選取，滾輪捲動；按住 Shift 用終端機自己的選取。下單和付款只認鍵盤。", "Mouse: a click focuses and selects, the wheel scrolls; with Shift the terminal selects text. Orders are sent by key only.";

    // Suppliers: what the platform rates them, and what is new.
    do_new_suppliers: "只看新供应商", "只看新供應商", "new only";
    col_factory: "像工厂", "像工廠", "factory";
    new_mark: "新", "新", "new";
    suppliers_no_new: "上次看过之后没有新供应商", "上次看過之後沒有新供應商", "no new suppliers since you last looked";
    badges: "榜单", "榜單", "badges";
    scores: "评分", "評分", "scores";
    score_composite: "综合", "綜合", "service";
    score_logistics: "物流", "物流", "logistics";
    score_dispute: "纠纷", "糾紛", "disputes";
    score_offer: "品质", "品質", "quality";
    score_after_sales: "退换", "退換", "returns";
    score_consulting: "咨询", "諮詢", "consulting";
    pickup_48h: "48小时揽收", "48小時攬收", "48h pickup";
    quality_refund: "品质退款", "品質退款", "quality refunds";
    medals: "交易勋章", "交易勳章", "trade medals";

    // The tour.
    tour_name: "导览", "導覽", "tour";
    tour_see: "采购车逐行写明违反了哪条起批规则、还差多少", "採購車逐行寫明違反了哪條起批規則、還差多少", "the cart names each broken rule and what is missing";
    tour_group: "看团批的人数：有一个就要到下一档，等它跨过去", "看團批的人數：有一個就要到下一檔，等它跨過去", "watch the groups: one is about to cross its next step";

    // What became of a submit the network went away under.
    held_offline: "途中离线了，采购车没有变，联网后再提交", "途中離線了，採購車沒有變，連網後再送出", "it went offline on the way: the cart is as it was, submit again once online";

    // Saved searches, prices over time, watches.
    saved_title: "存的搜索和专区", "存的搜尋和專區", "Saved searches and zones";
    col_name: "名称", "名稱", "name";
    col_query: "搜索", "搜尋", "query";
    col_looked: "上次看", "上次看", "looked";
    reading_saved: "正在读取…", "正在讀取…", "reading...";
    ask_name: "存为", "存為", "save as";
    ask_below: "低于多少元提醒", "低於多少元提醒", "tell me below (yuan)";
    do_saved: "存的搜索", "存的搜尋", "saved searches";
    do_watch: "盯价", "盯價", "watch price";
    do_load: "打开", "打開", "load";
    do_keep: "存当前搜索", "存目前搜尋", "save this search";
    do_forget: "删除", "刪除", "delete";
    do_restore: "恢复删除", "復原刪除", "undelete";
    why_zone: "专区随程序附带，不能删", "專區隨程式附帶，不能刪", "zones come with the program";
    why_none_forgotten: "没有刚删除的搜索", "沒有剛刪除的搜尋", "nothing was deleted just now";
    why_no_name: "这个名字不能当文件名，换一个", "這個名字不能當檔名，換一個", "that cannot be a file's name: take another";
    why_no_price: "输入一个价格，例如 8.00；已有提醒时清空就取消", "輸入一個價格，例如 8.00；已有提醒時清空就取消", "a price such as 8.00; nothing, where one is set, ends it";

    // What changed since an order was bought.
    section_drift: "再来一单", "再來一單", "Reorder";
    do_biggest: "大单在前", "大單在前", "largest first";
    do_drift_take: "按今天", "照今天", "as of today";
    do_drift_drop: "不要", "不要", "leave out";
    do_drift_keep: "照旧", "照舊", "as it was";
    do_drift_later: "待换", "待換", "swap later";
    do_drift_within: "限度内都要", "限度內都要", "all within limit";
    do_drift_all: "全按今天", "全照今天", "all as of today";
    do_drift_submit: "去下单", "去下單", "order";
    do_drift_cart: "进采购车", "進採購車", "into the cart";
    do_drift_next: "下一处没定的", "下一處沒定的", "next to decide";

    // Fix.
    do_fix: "修正", "修正", "fix";
    do_fix_apply: "照此修改", "照此修改", "make these changes";
    do_fix_without: "加/不加新商品", "加/不加新商品", "with/without new goods";
    fix_title: "修正采购车：最省的改法", "修正採購車：最省的改法", "Fix the cart at the least cost";
    fix_new: "新", "新", "new";
    fix_applying: "正在修改…", "正在修改…", "changing...";
    fix_none_helps: "改数量帮不上忙", "改數量幫不上忙", "no change of quantities helps";
    why_fixing: "正在算…", "正在算…", "working it out...";
    why_nothing_to_fix: "没有要修的", "沒有要修的", "nothing to fix";
    why_no_new_goods: "这个方案本来就不加新商品", "這個方案本來就不加新商品", "this plan adds no new goods";

    // Substitutes.
    section_substitutes: "平替", "平替", "Substitutes";
    substitutes_title: "平替：用什么代替这一行", "平替：用什麼代替這一行", "Substitutes: what could stand in its place";
    substitutes_reading: "正在找平替…", "正在找平替…", "looking for substitutes...";
    substitutes_none: "缓存里没有像样的平替。同步更多商品，或用 pifa substitutes --copy-rules 写自己的规则", "快取裡沒有像樣的平替。同步更多商品，或用 pifa substitutes --copy-rules 寫自己的規則", "nothing in the cache could stand in its place: sync more, or write rules of your own (pifa substitutes --copy-rules)";
    substitutes_no_factory: "没有一个像工厂的，再按一次 f 看全部", "沒有一個像工廠的，再按一次 f 看全部", "none of them looks like a factory's: f once more shows all";
    substitutes_only_factories: "只看工厂", "只看工廠", "factories only";
    substitutes_out_of_stock: "没货", "沒貨", "none left";
    substitutes_alone: "两边都按单独下单算，含到默认地址的运费", "兩邊都按單獨下單算，含到預設地址的運費", "both as orders of their own, with freight to your default address";
    col_saving: "省", "省", "saves";
    col_level: "层级", "層級", "level";
    col_reason: "依据", "依據", "because";
    do_substitute: "平替", "平替", "substitute";
    do_swap: "换成它", "換成它", "swap";
    do_add_beside: "另加一行", "另加一行", "add beside";
    do_substitute_why: "为什么", "為什麼", "why";
    do_factories: "只看工厂/全部", "只看工廠/全部", "factories only/all";
    why_other_unit: "单位不同，不能原地换；a 另加一行", "單位不同，不能原地換；a 另加一行", "sold in another unit: it cannot take this quantity, a adds it beside";

    // Lists pasted into the cart.
    entry_title: "贴进来的清单", "貼進來的清單", "A pasted list";
    entry_reading: "正在逐行核对…", "正在逐行核對…", "looking at each row...";
    entry_nothing: "没有可加入的行", "沒有可加入的行", "there is nothing to add";

    // Many lines of the cart at once.
    do_range: "选一段", "選一段", "choose a range";
    do_all_lines: "全选", "全選", "choose all shown";
    do_next_tier: "到下一档价", "到下一檔價", "to the next tier";
    do_repeat: "重复上次改动", "重複上次改動", "repeat the change";
    do_narrow: "筛选", "篩選", "narrow";
    do_only_problems: "只看有问题的", "只看有問題的", "only problems";
    do_show_all: "显示全部", "顯示全部", "show all lines";
    do_times: "乘以", "乘以", "times";
    do_range_end: "取消选择", "取消選擇", "end the range";
    ask_lines: "数量:", "數量:", "quantity:";
    ask_narrow: "只看含有:", "只看含有:", "only lines with:";
    algebra_hint: "300  +12  -12  *1.2  +20%  ceil 凑整批/起批  =moq 起批量  > 下一档", "300  +12  -12  *1.2  +20%  ceil 湊整批/起批  =moq 起批量  > 下一檔", "300  +12  -12  *1.2  +20%  ceil = whole lots, minimum  =moq  > next tier";
    why_no_repeat: "还没有改过数量", "還沒有改過數量", "no quantity was changed yet";
    why_not_narrowed: "已经是全部", "已經是全部", "all lines are shown";
    why_no_line_shown: "没有符合的行", "沒有符合的行", "no line fits";
    why_no_tier: "没有更便宜的档了，或库存、限购不够", "沒有更便宜的檔了，或庫存、限購不夠", "no cheaper tier, or stock or limit ends before it";
    why_no_change: "数量没有变", "數量沒有變", "no quantity changes";

    // The grid of SKUs.
    grid_title: "规格表", "規格表", "Variant grid";
    grid_hint: "数字填格，空格填下一格，x 3 乘倍或填 3 手，可粘贴表格", "數字填格，空白填下一格，x 3 乘倍或填 3 手，可貼上表格", "digits fill; blank: next cell; x 3: times, or 3 hands; paste a block";
    do_grid: "规格表", "規格表", "variant grid";
    do_grid_take: "进采购车", "進採購車", "into the cart";
    do_hand: "加一手", "加一手", "one hand more";
    do_hand_less: "减一手", "減一手", "one hand less";
    do_keep_hand: "存为一手", "存為一手", "save row as hand";
    do_clear_row: "清空这行", "清空這行", "clear row";
    do_left: "左", "左", "left";
    do_right: "右", "右", "right";
    why_no_grid: "这里没有可填的规格", "這裡沒有可填的規格", "no SKUs to fill here";
    why_grid_empty: "还没填数量", "還沒填數量", "no cell is filled or changed";
    why_no_hand: "这行还没填，存不了一手", "這行還沒填，存不了一手", "fill this row first";

    state_handed_over: "已交给供应商", "已交給供應商", "handed over";

    // Comparing, ranges, flows, buying lists.
    section_hits_range: "选一段", "選一段", "Range";
    do_hits_range: "选一段", "選一段", "range";
    do_hits_compare: "这些去比价", "這些去比價", "compare these";
    do_hits_range_end: "不选了", "不選了", "end the range";
    do_flows: "下单方式", "下單方式", "ways to order";
    do_lists: "清单", "清單", "buying lists";
    do_list_load: "进采购车", "進採購車", "into the cart";
    do_list_save: "存下采购车", "存下採購車", "save the cart";
    do_list_diff: "与采购车比", "與採購車比", "diff with the cart";
    lists_title: "采购清单", "採購清單", "Buying lists";
    no_lists: "还没有清单：按 s 把采购车存成一个", "還沒有清單：按 s 把採購車存成一個", "no lists yet: s saves the cart as one";
    col_flow: "下单方式", "下單方式", "way to order";
    col_start: "起订", "起訂", "from";
    col_against: "对手", "對手", "against";
    col_lines: "行数", "行數", "lines";
    col_due: "到期", "到期", "due";
    col_every: "周期", "週期", "every";
    col_goods_today: "今天货款", "今天貨款", "goods today";
    col_in_list: "清单", "清單", "list";
    col_in_cart: "采购车", "採購車", "cart";
    no_difference: "没有差别", "沒有差別", "no difference";
    ask_sets: "几份", "幾份", "how many sets";
    ask_list_name: "采购车存为", "採購車存為", "save the cart as";
    why_no_list: "没有选中清单", "沒有選中清單", "no list is selected";

    // Facets of a catalog that has no category tree.
    facet_categories_unnamed: "类目（未同步，按货名）", "類目（未同步，按貨名）", "category (names not synced)";

    // Joints of sentences.
    or: "或 ", "或 ", " or ";
    then: "。", "。", ". ";
} }
