using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Loader;

/// <summary>The only entry point: loads one of our assemblies by path into its own context and creates an instance of a type in it.</summary>
public static class PrivateActivator
{
    /// <summary>Creates an instance. Call this only once per process, because each call makes a new context.</summary>
    /// <param name="assemblyPath">The full path of the assembly. The context loads from its folder and from <c>common</c> beside it.</param>
    /// <param name="typeName">The full name of a type with a public parameterless constructor.</param>
    /// <returns>The instance; its interfaces from Core are those of the default context.</returns>
    /// <exception cref="IOException">The assembly cannot be read.</exception>
    /// <exception cref="TypeLoadException">The assembly does not contain the type.</exception>
    public static object Create(string assemblyPath, string typeName)
    {
        ArgumentNullException.ThrowIfNull(assemblyPath);
        var context = new PrivateContext(Path.GetDirectoryName(assemblyPath)!);
        var type = context.LoadFromAssemblyPath(assemblyPath).GetType(typeName, throwOnError: true)!;
        return Activator.CreateInstance(type)!;
    }
}
