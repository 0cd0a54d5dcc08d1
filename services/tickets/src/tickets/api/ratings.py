"""The RPCs of ratings."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.tickets.v1 import rating_pb2 as nouns
from deskmesh.tickets.v1 import rating_service_pb2 as pb
from tickets.api.requests import known_names
from tickets.app import rating, rating_settings
from tickets.app.configuration import Configurations
from tickets.app.opening import Desk
from tickets.app.rating import NewRating, RatingView
from tickets.app.rating_settings import RatingRule
from tickets.domain.rating import RatingPolicy
from tickets.publish.rating_messages import rating_message, setting_message

_FIELDS = frozenset(RatingPolicy.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class RatingServicer:
    """RatingService."""

    configurations: Configurations
    desk: Desk

    async def GetRating(self, tx: Tx, request: pb.GetRatingRequest) -> pb.GetRatingResponse:
        configuration = await self.configurations.within(tx)
        view = await rating.get_rating(tx, configuration=configuration, ticket=request.ticket)
        return pb.GetRatingResponse(rating=_rating(view))

    async def RateTicket(self, tx: Tx, request: pb.RateTicketRequest) -> pb.RateTicketResponse:
        view = await rating.rate_ticket(
            tx,
            configuration=await self.configurations.within(tx),
            desk=self.desk,
            ticket=request.ticket,
            new=NewRating(
                request.score,
                request.comment,
                request.nps if request.HasField("nps") else None,
                request.expected_version or None,
            ),
        )
        return pb.RateTicketResponse(rating=_rating(view))

    async def ListRatings(self, tx: Tx, request: pb.ListRatingsRequest) -> pb.ListRatingsResponse:
        views, token = await rating.list_ratings(
            tx,
            configuration=await self.configurations.within(tx),
            filter_text=request.filter,
            order_by=request.order_by,
            page=page_of(request),
        )
        return pb.ListRatingsResponse(ratings=[_rating(view) for view in views], next_page_token=token)

    async def GetRatingSettings(
        self,
        tx: Tx,
        request: pb.GetRatingSettingsRequest,  # noqa: ARG002 (every RPC has one)
    ) -> pb.GetRatingSettingsResponse:
        configuration = await self.configurations.within(tx)
        rules = await rating_settings.get_rating_settings(tx, configuration=configuration)
        return pb.GetRatingSettingsResponse(settings=[_setting(rule) for rule in rules])

    async def SetRatingSetting(
        self, tx: Tx, request: pb.SetRatingSettingRequest
    ) -> pb.SetRatingSettingResponse:
        rule = await rating_settings.set_rating_setting(
            tx,
            configurations=self.configurations,
            queue=request.queue,
            changes={
                name: getattr(request.setting, name) for name in known_names(request.update_mask, _FIELDS)
            },
            expected_version=request.expected_version or None,
        )
        return pb.SetRatingSettingResponse(setting=_setting(rule))

    async def DeleteRatingSetting(
        self, tx: Tx, request: pb.DeleteRatingSettingRequest
    ) -> pb.DeleteRatingSettingResponse:
        await rating_settings.delete_rating_setting(
            tx, configurations=self.configurations, queue=request.queue
        )
        return pb.DeleteRatingSettingResponse()


def _rating(view: RatingView) -> nouns.Rating:
    return rating_message(view.ticket, view.rating, view.policy)


def _setting(rule: RatingRule) -> nouns.RatingSetting:
    return setting_message(rule.queue, rule.policy, rule.version)
