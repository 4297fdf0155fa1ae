using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Rules;

/// <summary>
/// The rules that an admin sets, in the order in which <see cref="SyncRules"/> declares them. Objects that have a property for each rule are read and filled by
/// property name, so no code copies the rules one by one.
/// </summary>
internal static class SyncRuleList
{
    /// <summary>All rules.</summary>
    public static IReadOnlyList<SyncRule> All { get; } = typeof(SyncRules).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.Name != nameof(SyncRules.DeleteAfterDaysChangedAt))
        .OrderBy(property => property.MetadataToken)
        .Select(property => new SyncRule(property))
        .ToList();

    /// <summary>Fills the properties of an object with the rules.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="target">The object. It has a property for each rule.</param>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <returns>The object.</returns>
    public static T CopyTo<T>(this SyncRules rules, T target)
        where T : class
    {
        foreach (var rule in All)
            rule.PropertyOf(typeof(T)).SetValue(target, rule.Of(rules));
        return target;
    }

    /// <summary>The rules, changed to the values of an object that are not null.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="changes">The object. It has a property for each rule.</param>
    public static SyncRules ChangedTo(this SyncRules rules, object changes)
    {
        var changed = rules with { };
        foreach (var rule in All)
        {
            if (rule.PropertyOf(changes.GetType()).GetValue(changes) is { } value)
                rule.PropertyOf(typeof(SyncRules)).SetValue(changed, value);
        }

        return changed;
    }
}

/// <summary>One of the rules.</summary>
/// <param name="property">Its property.</param>
internal sealed class SyncRule(PropertyInfo property)
{
    /// <summary>Its name.</summary>
    public string Name => property.Name;

    /// <summary>Its name in a configuration file.</summary>
    public string NameInFile => char.ToLowerInvariant(Name[0]) + Name.Substring(1);

    /// <summary>Its value.</summary>
    /// <param name="rules">The rules.</param>
    public object? Of(SyncRules rules) => property.GetValue(rules);

    /// <summary>The property of a type for this rule.</summary>
    /// <param name="type">The type.</param>
    public PropertyInfo PropertyOf(Type type) => type.GetProperty(Name) ?? throw new MissingMemberException(type.Name, Name);
}
