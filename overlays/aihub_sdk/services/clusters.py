"""Virtual clusters: which ones a user may choose for a kind of job."""

from __future__ import annotations

from aihub_api.tag_resource.models import ModuleType, VirtualCluster
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._calls.steps import run, run_async
from aihub_sdk._jobs.lookups import cluster_called, clusters_for
from aihub_sdk._listings import Listing

__all__ = ["AsyncClusters", "Clusters"]


class Clusters:
    """`hub.clusters`: the virtual clusters that jobs can run on."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def list(
        self, *, module_type: ModuleType | int | str = ModuleType.TRAINING, user_id: int | None = None
    ) -> Listing[VirtualCluster]:
        """The clusters that a user may choose for one kind of job.

        Args:
            module_type: What for: `"training"` (1), `"quota_schedule"` (3), `"workflow"` (2) or `"deployment"` (0).
                Default: trainings.
            user_id: Whose choice; the user of the token when None.

        Returns:
            All of them; there are no pages.

        Raises:
            InvalidRequest: `module_type` is no kind of job, or the token does not say who the user is.
            AIHubError: The call failed.

        Source:
            listSelectClusters, 标签系统 / 获取用户虚拟集群列表.
        """
        return run(self._session, clusters_for(self._session.terms.config.environment, user_id, module_type))

    def get(
        self,
        cluster: int | str,
        *,
        module_type: ModuleType | int | str = ModuleType.TRAINING,
        user_id: int | None = None,
    ) -> VirtualCluster:
        """One cluster by its id (a number) or its name (text).

        Args:
            cluster: Id or name.
            module_type: What for; only clusters for this kind of job are looked at. Default: trainings.
            user_id: Whose choice; the user of the token when None.

        Raises:
            NotFound: The user may choose no such cluster; the error names the nearest one.
            InvalidRequest: An argument cannot be, or several clusters have the name.
            AIHubError: The call failed.

        Source:
            listSelectClusters, 标签系统 / 获取用户虚拟集群列表. The platform has no operation for a single one.
        """
        environment = self._session.terms.config.environment
        return run(self._session, cluster_called(cluster, environment, user_id, module_type))


class AsyncClusters:
    """`Clusters` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(
        self, *, module_type: ModuleType | int | str = ModuleType.TRAINING, user_id: int | None = None
    ) -> Listing[VirtualCluster]:
        """The clusters that a user may choose. See `Clusters.list`."""
        steps = clusters_for(self._session.terms.config.environment, user_id, module_type)
        return await run_async(self._session, steps)

    async def get(
        self,
        cluster: int | str,
        *,
        module_type: ModuleType | int | str = ModuleType.TRAINING,
        user_id: int | None = None,
    ) -> VirtualCluster:
        """One cluster by its id or its name. See `Clusters.get`."""
        environment = self._session.terms.config.environment
        return await run_async(self._session, cluster_called(cluster, environment, user_id, module_type))
