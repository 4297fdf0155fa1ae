using System;
using System.Linq;
using System.Reflection;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>Creates the problem for any error ID, for tests about all of them.</summary>
internal static class AnyProblem
{
    /// <summary>The problem with all its arguments.</summary>
    /// <param name="id">The id.</param>
    /// <param name="arguments">The first arguments. Each missing argument gets the name of its parameter.</param>
    public static Problem Of(ErrorId id, params string[] arguments) => (Problem)Create(typeof(Problems), id.ToString(), arguments);

    /// <summary>The value of a generated member.</summary>
    /// <param name="type">The class.</param>
    /// <param name="name">The member.</param>
    /// <param name="arguments">The first arguments.</param>
    public static object Create(Type type, string name, params string[] arguments) => type.GetProperty(name) is { } property
        ? property.GetValue(null)!
        : Call(type.GetMethod(name) ?? throw new InvalidOperationException("There is no " + name), arguments);

    private static object Call(MethodInfo method, string[] arguments) =>
        method.Invoke(null, method.GetParameters().Select(object (p, i) => (MessageArgument)(i < arguments.Length ? arguments[i] : p.Name!)).ToArray())!;
}
