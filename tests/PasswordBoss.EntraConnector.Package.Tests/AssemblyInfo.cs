// All tests start programs or read every shipped assembly, so they do not run in parallel.
[assembly: AssemblyTrait("Speed", "Slow")]
