//! `product.search.queryProductDetail`: the payload of GATEWAY.md 2.3. Purchase limits are never in it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::envelope::{Fault, Reply};
use super::super::market::Session;
use super::super::params::{self, Params, required};
use super::super::rules::left_milli;
use super::super::state;
use super::super::world::types::{WorldOffer, WorldSupplier};
use super::product::{image, invoice_info, offer_identities, seller_data};
use super::{local_date, number, score, yuan_text};

/// Attribute ids by name, stable: the wire wants numbers.
fn attribute_id(name: &str) -> i64 {
    let hash = name.bytes().fold(5381_i64, |hash, byte| hash.wrapping_mul(33) ^ i64::from(byte));
    100 + hash.rem_euclid(899_000)
}

pub(in super::super) fn detail(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let param = params.json("offerDetailParam")?;
    let offer_id = required(params::int(&param, "offerId"), "offerId")?;
    required(params::text(&param, "country"), "country")?;
    let taken = state::taken(session.tx, offer_id)?;
    let goods = &session.market.goods;
    let Some(offer) = goods.offer_by_id(offer_id) else {
        return Ok(Reply::nested_refusal("404", &format!("offer does not exist [{offer_id}]")));
    };
    let Some(supplier) = goods.supplier(offer.supplier) else {
        return Ok(Reply::nested_refusal("404", &format!("seller does not exist [{offer_id}]")));
    };
    let group = goods.groups(session.now_ms).iter().any(|group| group.offer_id == offer_id);
    Ok(Reply::nested(payload(&offer, &supplier, &taken, group)))
}

fn payload(offer: &WorldOffer, supplier: &WorldSupplier, taken: &HashMap<String, i64>, group: bool) -> Value {
    let skus: Vec<Value> = offer.skus.iter().map(|sku| sku_row(offer, sku, taken)).collect();
    let left: i64 = if offer.skus.is_empty() {
        left_milli(Some(taken), offer, None) / 1000
    } else {
        offer.skus.iter().map(|sku| left_milli(Some(taken), offer, Some(sku)) / 1000).sum()
    };
    let tiers: Vec<Value> = offer
        .tiers
        .iter()
        .map(|tier| {
            json!({
                "startQuantity": tier.from_quantity,
                "price": yuan_text(tier.price),
                "promotionPrice": tier.promotion_price.map(yuan_text),
            })
        })
        .collect();
    let dropship = offer.extra_flows.iter().find(|flow| flow.flow == "fenxiao").map(|flow| {
        json!({
            "onePieceFreePostage": offer.free_post_dropship,
            "startQuantity": flow.start_quantity,
            "onePiecePrice": yuan_text(flow.price),
            "offerPrice": yuan_text(flow.price),
        })
    });
    let attributes: Vec<Value> = offer
        .attributes
        .iter()
        .map(|attribute| {
            json!({
                "attributeId": attribute_id(&attribute.name).to_string(),
                "attributeName": attribute.name,
                "value": attribute.value,
                "attributeNameTrans": attribute.name_en,
                "valueTrans": attribute.value_en,
            })
        })
        .collect();
    let tags = [
        ("isOnePsale", offer.one_piece_dropship),
        ("isSupportMix", offer.mix_enabled && supplier.mix.is_some()),
        ("isOnePsaleFreePostage", offer.free_post_dropship),
        ("noReason7DReturn", offer.return_7d),
        ("1688_yx", offer.yanxuan),
        ("select", offer.select),
        ("isTuanPiOffer", group),
    ];
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    let mix = supplier.mix.as_ref().map_or_else(
        || json!({"generalHunpi": false, "mixAmount": 0, "mixNumber": 0, "isGeneralHunpi": null}),
        |mix| {
            json!({
                "generalHunpi": true, "mixAmount": mix.amount, "mixNumber": mix.pieces,
                "isGeneralHunpi": null,
            })
        },
    );
    let mut value = json!({
        "offerId": offer.offer_id,
        "categoryId": offer.category_id,
        "categoryName": null,
        "topCategoryId": offer.top_category_id,
        "secondCategoryId": offer.second_category_id,
        "thirdCategoryId": offer.category_id,
        "subject": offer.subject,
        "subjectTrans": offer.subject_en,
        "description": format!("<p>{}</p>", escape(&offer.description)),
        "mainVideo": null,
        "detailVideo": null,
        "productImage": {"images": [image(offer)], "whiteImage": null},
        "productAttribute": attributes,
        "productSkuInfos": skus,
        "productSaleInfo": {
            "amountOnSale": left,
            "priceRanges": null,
            "priceRangeList": tiers,
            "quoteType": offer.quote_type,
            "unitInfo": {"unit": offer.unit, "transUnit": offer.unit_en},
            "fenxiaoSaleInfo": dropship,
            "consignPrice": null,
            "jxhyPrice": null,
        },
        "productShippingInfo": {
            "sendGoodsAddressText": format!("{}{}", supplier.province, supplier.city),
            "weight": offer.weight_g.map(|grams| number(rust_decimal::Decimal::new(grams, 3))),
            "length": offer.size_cm.map(|size| size.0),
            "width": offer.size_cm.map(|size| size.1),
            "height": offer.size_cm.map(|size| size.2),
            "shippingTimeGuarantee": offer.ship_guarantee,
            "skuShippingInfoList": [],
            "skuShippingDetails": [],
            "pkgSizeSource": null,
        },
        "batchNumber": offer.lot,
        "sellerMixSetting": mix,
        "sellerOpenId": supplier.seller_open_id,
        "companyName": supplier.company,
        "sellerDataInfo": seller_data(supplier, true),
        "tagInfoList": tags,
        "status": "published",
        "isJxhy": false,
        "isSelect": offer.select,
        "tradeScore": score(offer.trade_score),
        "soldOut": offer.sold_out.to_string(),
        "offerIdentities": offer_identities(offer)
            .into_iter()
            .chain(supplier.identities.iter().copied())
            .collect::<Vec<_>>(),
        "promotionModel": {"hasPromotion": offer.tiers.iter().any(|tier| tier.promotion_price.is_some())},
        "channelPrice": null,
        "certificateList": [],
        "sellingPoint": null,
        "createDate": local_date(offer.created_ms),
        "invoiceInfo": invoice_info(offer),
        "traceInfo": format!("object_id@{}^object_type@offer", offer.offer_id),
        "productCargoNumber": null,
    });
    if offer.moq > 0
        && let Some(fields) = value.as_object_mut()
    {
        fields.insert("minOrderQuantity".to_owned(), Value::from(offer.moq));
    }
    value
}

fn sku_row(
    offer: &WorldOffer,
    sku: &super::super::world::types::WorldSku,
    taken: &HashMap<String, i64>,
) -> Value {
    let attributes: Vec<Value> = sku
        .attributes
        .iter()
        .map(|attribute| {
            json!({
                "attributeId": attribute_id(&attribute.name),
                "attributeName": attribute.name,
                "attributeNameTrans": attribute.name_en,
                "value": attribute.value,
                "valueTrans": attribute.value_en,
                "skuImageUrl": null,
            })
        })
        .collect();
    json!({
        "skuId": sku.sku_id,
        "specId": sku.spec_id,
        "amountOnSale": left_milli(Some(taken), offer, Some(sku)) / 1000,
        "price": sku.price.map(yuan_text),
        "promotionPrice": sku.promotion_price.map(yuan_text),
        "jxhyPrice": null,
        "pfJxhyPrice": null,
        "consignPrice": null,
        "cargoNumber": null,
        "skuAttributes": attributes,
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
