// PBENTRA_HOME belongs to the process, so one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
