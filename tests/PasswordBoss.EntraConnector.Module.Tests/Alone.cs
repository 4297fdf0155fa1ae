namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Tests that change the temporary folder of the process. They run after all others, because other processes and their folders would end up in it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The name of the collection.</summary>
    public const string Name = "Alone";
}
