"""The RPCs of notify: messages in and out."""

from deskmesh.notify.v1 import message_service_pb2 as notify
from deskmesh.notify.v1 import push_service_pb2 as push
from deskmesh.notify.v1 import webhook_service_pb2 as webhooks
from gateway.clients.calling import rpc

LIST_DELIVERIES = rpc(notify.ListDeliveriesRequest, notify.ListDeliveriesResponse)
GET_DELIVERY = rpc(notify.GetDeliveryRequest, notify.GetDeliveryResponse)
RESEND_DELIVERY = rpc(notify.ResendDeliveryRequest, notify.ResendDeliveryResponse)
LIST_INBOUND_MESSAGES = rpc(notify.ListInboundMessagesRequest, notify.ListInboundMessagesResponse)
GET_INBOUND_MESSAGE = rpc(notify.GetInboundMessageRequest, notify.GetInboundMessageResponse)
GET_RAW_INBOUND_MESSAGE = rpc(notify.GetRawInboundMessageRequest, notify.GetRawInboundMessageResponse)
CREATE_WEBHOOK = rpc(webhooks.CreateWebhookRequest, webhooks.CreateWebhookResponse)
GET_WEBHOOK = rpc(webhooks.GetWebhookRequest, webhooks.GetWebhookResponse)
LIST_WEBHOOKS = rpc(webhooks.ListWebhooksRequest, webhooks.ListWebhooksResponse)
UPDATE_WEBHOOK = rpc(webhooks.UpdateWebhookRequest, webhooks.UpdateWebhookResponse)
DELETE_WEBHOOK = rpc(webhooks.DeleteWebhookRequest, webhooks.DeleteWebhookResponse)
ROTATE_WEBHOOK_SECRET = rpc(webhooks.RotateWebhookSecretRequest, webhooks.RotateWebhookSecretResponse)
TEST_WEBHOOK = rpc(webhooks.TestWebhookRequest, webhooks.TestWebhookResponse)
GET_PUSH_KEY = rpc(push.GetPushKeyRequest, push.GetPushKeyResponse)
REGISTER_MY_PUSH_SUBSCRIPTION = rpc(
    push.RegisterMyPushSubscriptionRequest, push.RegisterMyPushSubscriptionResponse
)
LIST_MY_PUSH_SUBSCRIPTIONS = rpc(push.ListMyPushSubscriptionsRequest, push.ListMyPushSubscriptionsResponse)
DELETE_MY_PUSH_SUBSCRIPTION = rpc(push.DeleteMyPushSubscriptionRequest, push.DeleteMyPushSubscriptionResponse)
