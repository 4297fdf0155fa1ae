// PBENTRA_HOME applies to the whole process, so these tests run one after the other. Tests that only start other processes have collections of their own, which run beside the others.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
