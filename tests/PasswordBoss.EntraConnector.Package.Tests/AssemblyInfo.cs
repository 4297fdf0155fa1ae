// All of them start programs, or read every assembly that ships.
[assembly: AssemblyTrait("Speed", "Slow")]
