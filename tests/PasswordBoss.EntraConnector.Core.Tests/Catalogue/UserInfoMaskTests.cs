using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>A password in the address of a proxy, which platforms include in their messages.</summary>
public class UserInfoMaskTests
{
    private const string OfPlatform = "The proxy tunnel request to proxy 'http://user:hunter2@proxy:8080/' failed with status code '407'.\"";
    private const string Masked = "The proxy tunnel request to proxy 'http://***@proxy:8080/' failed with status code '407'.\"";

    [Theory]
    [InlineData(OfPlatform, Masked)]
    [InlineData("http://user:hunter2@proxy", "http://***@proxy")]
    [InlineData("http://hunter2@proxy", "http://***@proxy")]
    [InlineData("http://:hunter2@proxy", "http://***@proxy")]
    [InlineData("http://DOMAIN\\user:hunter2@proxy:8080", "http://***@proxy:8080")]
    [InlineData("http://user:hun@ter2@proxy/", "http://***@proxy/")]
    [InlineData("http://user:hun#ter?2@proxy/", "http://***@proxy/")]
    [InlineData("socks5://user:hunter2@[::1]:1080", "socks5://***@[::1]:1080")]
    [InlineData("'https://a:hunter2@b/' and 'https://c:hunter2@d/'", "'https://***@b/' and 'https://***@d/'")]
    [InlineData("http://a://user:hunter2@b", "http://a://***@b")]
    [InlineData("http://@proxy", "http://@proxy")]
    [InlineData("http://proxy:8080/ refused ann@contoso.example", "http://proxy:8080/ refused ann@contoso.example")]
    [InlineData("http://proxy refused ann@contoso.example", "http://proxy refused ann@contoso.example")]
    [InlineData("https://scim.example/Users/ann@contoso.example", "https://scim.example/Users/ann@contoso.example")]
    [InlineData("ann@contoso.example", "ann@contoso.example")]
    [InlineData("://", "://")]
    [InlineData("", "")]
    public void Only_user_info_is_masked(string text, string expected)
    {
        Assert.Equal(expected, UserInfoMask.Apply(text));
        // A text that needs no mask is not copied.
        Assert.Same(expected, UserInfoMask.Apply(expected));
    }

    [Fact]
    public void A_message_never_contains_user_info()
    {
        var given = new MessageArgument[] { "a", "http://user:hunter2@proxy/" };
        var message = new Message("Error_GraphUnreachable", given);
        Assert.Equal(["a", "http://***@proxy/"], message.Arguments.Select(argument => argument.Text));
        Assert.Equal("http://user:hunter2@proxy/", given[1].Text);
    }

    [Fact]
    public void An_error_never_contains_user_info()
    {
        var platform = Thrown(new InvalidOperationException("outer", Thrown(new System.IO.IOException(OfPlatform, new ArgumentException("innermost http://user:hunter2@x")))));
        var error = new ConnectorException(Problems.GraphUnreachable("graph", OfPlatform).About("http://user:hunter2@proxy/"), platform);

        var causes = new List<string>();
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            causes.Add(cause.Message);
        Assert.Equal(["outer", Masked, "innermost http://***@x"], causes.GetRange(1, 3));
        Assert.Equal("http://***@proxy/", error.Target);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("System.IO.IOException: " + Masked, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(platform.StackTrace, error.InnerException!.StackTrace);
        Assert.DoesNotContain("hunter2", new ConnectorException(error.Problem.Advising(Texts.VanishedWait)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void User_info_in_one_of_several_causes_or_in_its_data_is_masked()
    {
        var several = new AggregateException(new InvalidOperationException("a"), new InvalidOperationException("b", new TimeoutException(OfPlatform)));
        Assert.DoesNotContain("hunter2", UserInfoMask.Apply(several)!.ToString(), StringComparison.Ordinal);

        var withData = new InvalidOperationException("a") { Data = { ["proxy"] = new Uri("http://user:hunter2@proxy") } };
        Assert.Empty(UserInfoMask.Apply(withData)!.Data);
    }

    [Fact]
    public void An_exception_without_user_info_is_returned_unchanged()
    {
        var clean = new System.IO.IOException("no route to http://proxy/", new TimeoutException());
        Assert.Same(clean, UserInfoMask.Apply(clean));
        Assert.Same(clean, new ConnectorException(Problems.GraphUnreachable("graph", "x"), clean).InnerException);
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
