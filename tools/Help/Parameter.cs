using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>A parameter as the assembly declares it.</summary>
internal sealed class Parameter
{
    public const string Switch = "SwitchParameter";

    public required string Name { get; init; }

    public required string TypeName { get; init; }

    /// <summary>The accepted values, if they come from a ValidateSet or an enumeration of the module; empty for any other parameter.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public bool TakesWildcards { get; init; }

    public required IReadOnlyList<ParameterUse> Uses { get; init; }

    public bool IsSwitch => TypeName == Switch;

    public bool IsArray => TypeName.EndsWith(']');

    public ParameterUse? In(string set) => Uses.FirstOrDefault(use => use.Set == set || use.Set == ParameterUse.AllSets);
}
