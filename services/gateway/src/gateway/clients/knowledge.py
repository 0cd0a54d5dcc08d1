"""The RPCs of knowledge: articles."""

from deskmesh.knowledge.v1 import article_service_pb2 as knowledge
from gateway.clients.calling import rpc

CREATE_ARTICLE = rpc(knowledge.CreateArticleRequest, knowledge.CreateArticleResponse)
CREATE_ARTICLE_OF_TICKET = rpc(
    knowledge.CreateArticleOfTicketRequest, knowledge.CreateArticleOfTicketResponse
)
GET_ARTICLE_OF_TICKET = rpc(knowledge.GetArticleOfTicketRequest, knowledge.GetArticleOfTicketResponse)
GET_ARTICLE = rpc(knowledge.GetArticleRequest, knowledge.GetArticleResponse)
LIST_ARTICLES = rpc(knowledge.ListArticlesRequest, knowledge.ListArticlesResponse)
UPDATE_ARTICLE = rpc(knowledge.UpdateArticleRequest, knowledge.UpdateArticleResponse)
SEARCH_ARTICLES = rpc(knowledge.SearchArticlesRequest, knowledge.SearchArticlesResponse)
SUGGEST_ARTICLES = rpc(knowledge.SuggestArticlesRequest, knowledge.SuggestArticlesResponse)
