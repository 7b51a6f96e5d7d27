"""Typed tests of an old release, which the next one breaks in part.

Each line names what it relies on: `uses`, a public name of `aihub_api`; `builds`, a class whose constructor it calls.
The test of the two wheels holds these names against the differences that were told.
"""

from __future__ import annotations

from aihub_api.client import Client
from aihub_api.data_warehouse import models as warehouse
from aihub_api.dataset_management import get_dataset_version_detail
from aihub_api.model_training import list_training_pods
from aihub_api.tag_resource import models as tags
from aihub_api.user_system import models as users
from aihub_api.workflow_center import models as workflows


def read(search: warehouse.Search, cluster: tags.VirtualCluster, session: users.LoginSession) -> None:
    name: str | None = search.name  # uses data_warehouse.models.Search.name
    username: str | None = search.username  # uses data_warehouse.models.Search.username
    uuid: str | None = cluster.uuid  # uses tag_resource.models.VirtualCluster.uuid
    cluster_name: str | None = cluster.name  # uses tag_resource.models.VirtualCluster.name
    token: str = session.token  # uses user_system.models.LoginSession.token
    user: int = session.id  # uses user_system.models.LoginSession.id
    print(name, username, uuid, cluster_name, token, user)


def compare(sku: object, status: warehouse.SearchStatus) -> None:
    print(isinstance(sku, tags.VirtualClusterSku))  # uses tag_resource.models.VirtualClusterSku
    print(tags.GpuType.RTX_4090)  # uses tag_resource.models.GpuType.RTX_4090
    print(tags.GpuType.A800)  # uses tag_resource.models.GpuType.A800
    print(status is warehouse.SearchStatus.FAILED)  # uses data_warehouse.models.SearchStatus.FAILED


def send(client: Client) -> None:
    get_dataset_version_detail.sync(client, name="a/V1")  # uses dataset_management.get_dataset_version_detail(name)
    list_training_pods.sync(client, id=1)  # uses model_training.list_training_pods(id)
    workflows.CreateRunRequest(  # builds workflow_center.models.CreateRunRequest
        name="a", pipeline_id=1, pipeline_version_id=1, params=[]
    )
    warehouse.CreateSearchRequest(  # builds data_warehouse.models.CreateSearchRequest
        type=warehouse.SearchType.SQL, name="a"
    )
    workflows.RunParamInput(key="a", value="b")  # builds workflow_center.models.RunParamInput
