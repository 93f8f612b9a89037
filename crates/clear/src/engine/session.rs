//! Where a plan runs: in this process, or on a cluster that is given it over the network.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::error::Result;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::{functions, gather};
use crate::spent::Spent;
use records::Checker;

/// Partitions on a cluster when nobody says how many: more than a small cluster has cores.
pub const CLUSTER_PARTITIONS: usize = 16;

/// A session in this process: so many partitions at a time, and so many bytes for their rows at most.
///
/// # Errors
/// No place for what is spilt.
pub fn local(
    checker: &Arc<Checker>,
    spent: &Arc<Spent>,
    threads: usize,
    memory: Option<usize>,
) -> Result<SessionContext> {
    let mut config = SessionConfig::new().with_target_partitions(threads);
    // Rows of a group are spread over all of the day: nothing is gathered before they are in one partition.
    let execution = &mut config.options_mut().execution;
    execution.skip_partial_aggregation_probe_rows_threshold = 0;
    execution.skip_partial_aggregation_probe_ratio_threshold = 0.0;
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(bytes) = memory {
        runtime = runtime.with_memory_pool(Arc::new(GreedyMemoryPool::new(bytes)));
    }
    let context = SessionContext::new_with_config_rt(config, runtime.build_arc()?);
    Ok(with_functions(context, Some(checker), spent))
}

/// A session whose plans run on the cluster of this scheduler. It carries no key.
///
/// # Errors
/// The address is none.
pub async fn remote(scheduler: &str, partitions: usize) -> Result<SessionContext> {
    let config = SessionConfig::new_with_ballista().with_target_partitions(partitions);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    let context = SessionContext::remote_with_state(scheduler, state).await?;
    Ok(with_functions(context, None, &Arc::default()))
}

fn with_functions(
    context: SessionContext,
    checker: Option<&Arc<Checker>>,
    spent: &Arc<Spent>,
) -> SessionContext {
    for function in functions::all(checker.map(Arc::clone), spent) {
        context.register_udf(function);
    }
    for function in gather::all() {
        context.register_udaf(function);
    }
    context
}

/// The state of a process of a cluster: a scheduler has no keys, an executor has them.
///
/// # Errors
/// No place for what is spilt.
pub fn of_cluster(config: SessionConfig, checker: Option<Arc<Checker>>) -> Result<SessionState> {
    let mut scalar = ballista_core::extension::ballista_scalar_functions();
    scalar.extend(functions::all(checker, &Arc::default()).into_iter().map(Arc::new));
    let mut aggregate = ballista_core::extension::ballista_aggregate_functions();
    aggregate.extend(gather::all().into_iter().map(Arc::new));
    let runtime = RuntimeEnvBuilder::new().build_arc()?;
    Ok(SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_scalar_functions(scalar)
        .with_aggregate_functions(aggregate)
        .build())
}
