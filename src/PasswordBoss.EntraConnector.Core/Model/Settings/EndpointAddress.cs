using System;
using System.Net;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Checks the addresses that a token may be sent to.</summary>
internal static class EndpointAddress
{
    /// <summary>Refuses everything except absolute https addresses without user info, query and fragment. Plain http is allowed only for this machine.</summary>
    /// <param name="parameter">The name of the parameter, for the error.</param>
    /// <param name="address">The address.</param>
    public static Uri Validate(string parameter, Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || address.Host.Length == 0
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw new ConnectorException(Problems.EndpointInvalid(parameter, WithoutUserInfo(address)).About(parameter));
        }

        if (address.Scheme == "http" && !IsLoopback(address))
            throw new ConnectorException(Problems.EndpointNotHttps(parameter, address.ToString()).About(parameter));
        return address;
    }

    /// <summary>Refuses everything except an address of Microsoft Graph with its version. Without the version, no request path would exist.</summary>
    /// <param name="parameter">The name of the parameter, for the error.</param>
    /// <param name="address">The address.</param>
    public static Uri ValidateGraph(string parameter, Uri address)
    {
        var segments = Validate(parameter, address).AbsolutePath.TrimEnd('/').Split('/');
        var version = segments[segments.Length - 1];
        return version == "beta" || (version.Length > 1 && version[0] == 'v' && char.IsDigit(version[1]))
            ? address
            : throw new ConnectorException(Problems.EndpointInvalid(parameter, address.OriginalString).About(parameter));
    }

    private static bool IsLoopback(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    // The user info before the @ may be a password.
    private static string WithoutUserInfo(Uri address) =>
        address.IsAbsoluteUri && address.UserInfo.Length > 0 ? address.OriginalString.Replace(address.UserInfo + "@", "") : address.OriginalString;
}
