//! Fixed words of deals and orders: rows of the table in `text`, which they are handed on to; apart from it for its
//! length only.

/// Hands these rows on to the macro that is named, behind those it is called with.
macro_rules! words_of_orders {
    ($words:ident! { $($rows:tt)* }) => {
        $words! {
            $($rows)*

            // Deals and orders: views, columns, questions.
            view_groups: "团批", "團批", "group-buys";
            view_flash: "秒批", "秒批", "flash deals";
            view_discount: "折批", "折批", "discounts";
            col_now: "现价", "現價", "now";
            col_was: "原价", "原價", "normal";
            col_off: "省", "省", "off";
            col_left: "剩余", "剩餘", "left";
            col_limit: "限购", "限購", "limit";
            col_when: "时间", "時間", "when";
            col_next_up: "接下来", "接下來", "next";
            col_step_people: "人数", "人數", "buyers";
            col_step_pieces: "件数", "件數", "pieces";
            col_saves_alone: "比单买省", "比單買省", "vs alone";
            own_price: "自购价", "自購價", "its own price";
            col_saves_own: "比自购省", "比自購省", "vs own price";
            flash_empty: "现在没有秒批", "現在沒有秒批", "no flash deals now";
            discount_empty: "现在没有折批", "現在沒有折批", "no discounts now";
            flash_not_offered: "这个市场没有秒批", "這個市場沒有秒批", "flash deals are not offered by this marketplace";
            discount_not_offered: "这个市场没有折批", "這個市場沒有折批", "discounts are not offered by this marketplace";
            deal_how_to_buy: "这个价只能在网页上买：o 打开网页；a 按正常价加入采购车", "這個價只能在網頁上買：o 打開網頁；a 按正常價加入採購車", "this price is bought on the web page (o opens it); a adds the offer at its normal price";
            step_crossed: "刚到档", "剛到檔", "new step";
            reached: "已达到", "已達到", "reached";
            group_gone: "市场不再列出这个团", "市場不再列出這個團", "the market no longer lists this group";
            deadline: "截止", "截止", "deadline";
            alone_price: "单买价", "單買價", "price alone";
            price_now: "现在的团价", "現在的團價", "group price now";
            no_step_yet: "还没到第一档，没有团价", "還沒到第一檔，沒有團價", "no step reached: only the price alone";
            my_reservation: "我的预订", "我的預訂", "my reservation";
            nothing_reserved: "没有", "沒有", "none";
            at_deadline: "截止时，市场把参团按达到的档价变成订单；一档都没到就作废，不收钱。", "截止時，市場把參團按達到的檔價變成訂單；一檔都沒到就作廢，不收錢。", "At the deadline the market turns your join into an order at the reached step's price, or drops it and charges nothing.";
            beijing: "北京时间", "北京時間", "Beijing";
            today: "今天", "今天", "today";
            ask_join_title: "参团", "參團", "Join the group-buy";
            ask_leave_title: "退团", "退團", "Leave the group-buy";
            ask_cancel_title: "取消订单", "取消訂單", "Cancel the order";
            ask_receive_title: "确认收货", "確認收貨", "Confirm that the goods came";
            ask_pay_title: "付款", "付款", "Pay the order";
            ask_market: "市场", "市場", "market";
            ask_goods: "商品", "商品", "offer";
            ask_contents: "商品", "商品", "contents";
            if_ended_now: "若现在截止", "若現在截止", "if it ended now";
            dropped_free: "作废，不收钱", "作廢，不收錢", "dropped, nothing charged";
            at_next_step: "到下一档", "到下一檔", "at the next step";
            pick_one: "Enter 选这个规格，接着问数量", "Enter 選這個規格，接著問數量", "Enter takes this SKU; how many is asked next";
            reserves_only: "这只是预订，还不是订单。", "這只是預訂，還不是訂單。", "This reserves; it is not an order yet.";
            leaves_all: "收回你在这个团的全部预订，不收钱。", "收回你在這個團的全部預訂，不收錢。", "Takes back all you reserved in this group; nothing is charged.";
            cancels_unpaid: "订单没有付款，在市场上关闭；之后可用 r 再来一单。", "訂單沒有付款，在市場上關閉；之後可用 r 再來一單。", "The unpaid order is closed at the market; r puts its lines into the cart again.";
            takes_back: "还没有发出：收回，商品回到采购车。", "還沒有發出：收回，商品回到採購車。", "It was not sent: it is taken back, and its lines go back into the cart.";
            releases_money: "货款会放给卖家。货到齐、验过再按。", "貨款會放給賣家。貨到齊、驗過再按。", "This releases the money to the seller. Do it when the goods are there, and right.";
            repriced: "卖家改了价", "賣家改了價", "this order was re-priced by the seller";
            opens_cashier: "y 打开收银台网页，在那里付款。", "y 打開收銀台網頁，在那裡付款。", "y opens the cashier's page; the money moves there.";
            foot_yes: "y 确定   Esc 返回", "y 確定   Esc 返回", "y yes   Esc back";
            press_yes: "按 y 确定，Esc 返回", "按 y 確定，Esc 返回", "y does it, Esc goes back";
            now_column: "现在", "現在", "now";
            was_column: "原来", "原來", "before";

            // An order in full, and what comes next.
            order_number: "订单号", "訂單號", "order";
            keys_now: "可用", "可用", "keys now";
            our_number: "我方单号", "我方單號", "our number";
            message_sent: "留言", "留言", "message";
            reason: "原因", "原因", "reason";
            created: "下单", "下單", "placed";
            paid: "付款", "付款", "paid";
            shipped_on: "发货", "發貨", "shipped";
            confirms: "自动确认", "自動確認", "confirms itself";
            ended_on: "结束", "結束", "ended";
            pay_until: "付款期限", "付款期限", "pay by";
            pay_link: "付款链接", "付款連結", "pay link";
            predicted_mark: "(预计)", "(預計)", "(predicted)";
            consignments: "物流", "物流", "consignments";
            no_consignments: "还没有物流信息", "還沒有物流資訊", "no consignment is known yet";
            no_trace: "还没有轨迹", "還沒有軌跡", "no trace yet";
            not_set_yet: "? 卖家未定", "? 賣家未定", "? not set by the seller";
            line_waiting: "未到货", "未到貨", "not shipped";
            line_shipped: "在途", "在途", "on its way";
            line_received: "已收", "已收", "received";
            line_returned: "已退", "已退", "sent back";
            line_partly: "少发", "少發", "partly shipped";
            closed_by_buyer: "我取消的", "我取消的", "cancelled by me";
            closed_by_seller: "卖家取消", "賣家取消", "cancelled by the seller";
            closed_unpaid: "逾期未付款", "逾期未付款", "not paid in time";
            short_mark: "少货", "少貨", "short";
            state_held: "已暂停", "已暫停", "held";
            state_unknown_short: "结果不明", "結果不明", "unknown";
            state_rejected_short: "被拒", "被拒", "rejected";
            state_freight_short: "运费未定", "運費未定", "freight not set";
            next_unknown: "查询中", "查詢中", "looking it up";
            next_queued: "联网后发送", "連線後發送", "sent when online";
            next_sending: "发送中", "發送中", "being sent";
            next_held: "X 收回再提交", "X 收回再送出", "X, then resubmit";
            next_rejected: "已退回采购车", "已退回採購車", "back in the cart";
            next_pay: "p 付款", "p 付款", "p pays";
            next_freight: "等卖家定运费", "等賣家定運費", "the seller sets it";
            next_ship: "等卖家发货", "等賣家發貨", "the seller ships";
            next_cashier: "等收银台结果", "等收銀台結果", "at the cashier";
            next_busy: "处理中…", "處理中…", "asking...";
            only_waiting: "只看待办，! 看全部", "只看待辦，! 看全部", "only what waits for me: ! shows all";
            nothing_waits: "没有等你处理的订单", "沒有等你處理的訂單", "nothing waits for you";
            orders_empty_hint: "提交采购车后，订单会出现在这里", "送出採購車後，訂單會出現在這裡", "orders appear here once the cart was submitted";
            reading_order: "正在核对订单…", "正在核對訂單…", "reading the order again...";
            reordering: "正在把商品放回采购车…", "正在把商品放回採購車…", "putting its lines into the cart...";
            order_cancelled: "订单已取消", "訂單已取消", "the order is cancelled";
            order_taken_back: "已收回，商品回到采购车", "已收回，商品回到採購車", "taken back; its lines are in the cart";
            order_received: "已确认收货", "已確認收貨", "received";
            order_paid: "已付款，等卖家发货", "已付款，等賣家發貨", "paid: the seller ships next";
            market_unread: "还不知道是哪个市场，按真钱对待", "還不知道是哪個市場，按真錢對待", "market not read yet: take it for real money";
            submit_again: "核价完成，回到采购车再按一次提交", "核價完成，回到採購車再按一次提交", "the market's figures came: submit again in the cart";
            pay_again: "订单核对好了，回到订单再按 p", "訂單核對好了，回到訂單再按 p", "the order was read: press p there again";

            // Why a deal or an order cannot be acted on.
            why_nothing_here: "这里没有可选的", "這裡沒有可選的", "nothing is selected";
            why_no_group: "没有选中的团批", "沒有選中的團批", "no group-buy is selected";
            why_group_ended: "这个团已经结束", "這個團已經結束", "this group-buy has ended";
            why_not_joined: "还没有参加这个团", "還沒有參加這個團", "you have not joined this group-buy";
            why_group_not_cart: "团批用 b 参团", "團批用 b 參團", "a group-buy is joined with b";
            why_busy: "上一步还没有结果", "上一步還沒有結果", "the last step has no answer yet";
            why_offline: "现在离线，这一步要连上市场", "現在離線，這一步要連上市場", "offline: this needs the market";
            why_close_first: "先按 Esc 返回", "先按 Esc 返回", "Esc first";
            why_no_order: "没有选中的订单", "沒有選中的訂單", "no order is selected";
            why_no_lines: "这个订单没有商品行", "這個訂單沒有商品行", "this order has no lines";
            why_not_known: "还不知道这个订单是否成立，先按 s 查明", "還不知道這個訂單是否成立，先按 s 查明", "not known yet whether it was placed: s looks it up";
            why_not_sent: "这个订单还没有发出", "這個訂單還沒有發出", "this order was not sent yet";
            why_freight_open: "卖家还没有定运费，总价未定，不能付款", "賣家還沒有定運費，總價未定，不能付款", "the seller has not set the freight: it cannot be paid yet";
            why_total_unknown: "市场没有给出总价，不能付款", "市場沒有給出總價，不能付款", "the market names no total: it cannot be paid";
            why_paid: "已经付过款", "已經付過款", "it is already paid";
            why_paid_no_cancel: "已经付款，不能直接取消，请联系卖家", "已經付款，不能直接取消，請聯絡賣家", "already paid: ask the seller";
            why_over: "这个订单已经结束", "這個訂單已經結束", "this order is over";
            why_not_shipped: "还没有发货", "還沒有發貨", "it is not shipped yet";
        }
    };
}
pub(super) use words_of_orders;
