//! The processes of a cluster: one scheduler, and executors that have the keys.
//!
//! Executors ask the scheduler for work (Ballista's pull policy), so each listens on one port alone: there the others
//! fetch what it has shuffled. Neither asks who comes: both belong on a network of their own (docs/clearing.md).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::error::Result;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::prelude::SessionConfig;

use super::session;
use records::Checker;

/// Seconds without a word from an executor after which its work is given to others.
const LOST_AFTER: u64 = 20;

/// Serves as the scheduler until the process ends.
///
/// # Errors
/// The address is taken.
pub async fn scheduler(listen: SocketAddr) -> Result<()> {
    let config = SchedulerConfig {
        external_host: listen.ip().to_string(),
        bind_host: listen.ip().to_string(),
        bind_port: listen.port(),
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: LOST_AFTER,
        expire_dead_executor_interval_seconds: 5,
        override_session_builder: Some(Arc::new(|config: SessionConfig| {
            session::of_cluster(config, None)
        })),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, listen, Arc::new(config)).await
}

/// What an executor is told.
#[derive(Clone, Debug)]
pub struct Executor {
    /// Where others fetch what it has shuffled.
    pub listen: SocketAddr,
    /// The scheduler: host and port.
    pub scheduler: (String, u16),
    /// Tasks at a time.
    pub tasks: usize,
    /// Where it puts what it has shuffled.
    pub work: PathBuf,
    /// The most bytes for the rows of all its tasks.
    pub memory: Option<u64>,
}

/// Serves as an executor until the process is told to end.
///
/// # Errors
/// The address is taken, or the scheduler cannot be reached.
pub async fn executor(told: Executor, checker: Arc<Checker>) -> Result<()> {
    let state =
        session::of_cluster(ballista_core::utils::default_config_producer(), Some(checker))?;
    let registry = BallistaFunctionRegistry::from(&state);
    let config = ExecutorProcessConfig {
        bind_host: told.listen.ip().to_string(),
        external_host: Some(told.listen.ip().to_string()),
        port: told.listen.port(),
        scheduler_host: told.scheduler.0,
        scheduler_port: told.scheduler.1,
        scheduler_connect_timeout_seconds: 30,
        concurrent_tasks: told.tasks,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(told.work.to_string_lossy().into_owned()),
        memory_pool_size: told.memory,
        override_function_registry: Some(Arc::new(registry)),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await
}
