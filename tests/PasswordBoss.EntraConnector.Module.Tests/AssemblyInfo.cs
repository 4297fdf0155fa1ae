// PBENTRA_HOME applies to the whole process, so tests do not run in parallel.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
