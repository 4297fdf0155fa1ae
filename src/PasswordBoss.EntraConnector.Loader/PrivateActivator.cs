using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Loader;

/// <summary>The one entry: loads an assembly of ours by path into a context of its own and creates a type of it.</summary>
public static class PrivateActivator
{
    /// <summary>Creates a type. The caller calls this once per process: each call makes a new context.</summary>
    /// <param name="assemblyPath">The full path of the assembly; its folder, and <c>common</c> beside it, are what the context answers from.</param>
    /// <param name="typeName">The full name of a type with a public constructor without parameters.</param>
    /// <returns>The instance; its interfaces of Core are those of the default context.</returns>
    /// <exception cref="IOException">The assembly cannot be read.</exception>
    /// <exception cref="TypeLoadException">The assembly has no such type.</exception>
    public static object Create(string assemblyPath, string typeName)
    {
        ArgumentNullException.ThrowIfNull(assemblyPath);
        var context = new PrivateContext(Path.GetDirectoryName(assemblyPath)!);
        var type = context.LoadFromAssemblyPath(assemblyPath).GetType(typeName, throwOnError: true)!;
        return Activator.CreateInstance(type)!;
    }
}
