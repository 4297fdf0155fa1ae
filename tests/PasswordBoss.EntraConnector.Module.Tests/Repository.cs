using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Manifest => Path.Combine(Root, "PasswordBoss.EntraConnector.psd1");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PasswordBoss.EntraConnector.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests are not in a checkout.");
    }
}
