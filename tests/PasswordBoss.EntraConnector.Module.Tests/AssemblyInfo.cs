// PBENTRA_HOME applies to the whole process, so these tests run one after the other. Tests that only start other processes have a collection of their own.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
